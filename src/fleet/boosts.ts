import { type Boost, DECISION_ANNOTATION, parseRecord, readBoosts, readContainers } from '../policy/index.ts'
import { readable, readResources } from '../resources/index.ts'
import type { ApiPod } from './api-pod.ts'

export interface SeenBoost extends Boost {
  /** Whether the kubelet still enforces more than the steady values, although the Pod's spec has the steady ones. */
  readonly lingers: boolean
}

/** Boosts of the containers of a Pod, by name. */
export type PodBoosts = ReadonlyMap<string, SeenBoost>

/** @returns undefined if the Pod has none */
export function readPodBoosts(pod: ApiPod): PodBoosts | undefined {
  const record = parseRecord(pod.metadata?.annotations?.[DECISION_ANNOTATION])
  if (!record?.boost) return undefined
  const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])]
  const boosts = [...readBoosts(readContainers(pod), record)].map(([name, boost]): [string, SeenBoost] => {
    const inForce = readable(readResources(statuses.find((one) => one.name === name)?.resources).cpu)
    const isMore = (field: 'request' | 'limit') =>
      (inForce[field] ?? 0n) > (boost.steady[field] ?? inForce[field] ?? 0n)
    return [name, { ...boost, lingers: !boost.isOn && (isMore('request') || isMore('limit')) }]
  })
  return boosts.length > 0 ? new Map(boosts) : undefined
}
