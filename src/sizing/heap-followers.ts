import { DECISION_ANNOTATION, type Pod, parseRecord, readContainers } from '../policy/index.ts'
import { readHeap } from './heap.ts'
import { setHeaps } from './heap-consent.ts'

/** Names of the containers whose heap follows their memory limit, so the limit stays as the author wrote it. */
export function heapFollowers(pod: Pod): ReadonlySet<string> {
  const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])]
  const names = containers.flatMap((container) =>
    container && readHeap(container)?.follows === 'limit' ? (container.name ?? []) : [],
  )
  const set = setHeaps(readContainers(pod), parseRecord(pod.metadata?.annotations?.[DECISION_ANNOTATION]))
  return names.length === 0 ? set : new Set([...names, ...set])
}
