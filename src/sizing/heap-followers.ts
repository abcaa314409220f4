import type { Pod } from '../policy/index.ts'
import { readHeap } from './heap.ts'

const NONE: ReadonlySet<string> = new Set()

/** Names of the containers whose heap follows their memory limit: it stays as the author wrote it. */
export function heapFollowers(pod: Pod): ReadonlySet<string> {
  const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])]
  const names = containers.flatMap((container) =>
    container && readHeap(container)?.follows === 'limit' ? (container.name ?? []) : [],
  )
  return names.length === 0 ? NONE : new Set(names)
}
