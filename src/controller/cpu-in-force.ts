import { readable, toNumber } from '../resources/index.ts'
import type { ViewedWorkload } from './workload-view.ts'

/** CPU of a container of a Pod, in cores: its limit, or its request if it has none. */
export interface PodCores {
  readonly name: string
  readonly cores: number
}

export interface CpuInForce {
  /** CPU of all Pods together, in cores. */
  readonly cores: number
  readonly pods: readonly PodCores[]
  /** Whether all of it is limits. */
  readonly isLimit: boolean
}

/** CPU of a container in some Pods: its limits if there are any, else its requests; undefined if it has neither. */
export function cpuInForce(pods: ViewedWorkload['pods'], container: string): CpuInForce | undefined {
  let isLimit = true
  const each = pods.map((pod): PodCores => {
    const values = pod.containers.get(container)
    const { request, limit } = readable(values?.actual?.cpu ?? values?.spec.cpu ?? {})
    if (!limit) isLimit = false
    return { name: pod.name, cores: toNumber(limit || request || 0n) }
  })
  const cores = sumOf(each, (pod) => pod.cores)
  return cores > 0 ? { cores, pods: each, isLimit } : undefined
}

/** CPU that all these Pods together use, in cores, estimated if it is known of only some of them; undefined if it is known of none. */
export function usedOf(
  all: CpuInForce,
  pods: readonly PodCores[],
  usedBy: (pod: string) => number | undefined,
): number | undefined {
  const measured = pods.flatMap(({ name, cores }) => {
    const used = usedBy(name)
    return used === undefined ? [] : [{ cores, used }]
  })
  const cores = sumOf(measured, (pod) => pod.cores)
  return cores > 0 ? (all.cores * sumOf(measured, ({ used }) => used)) / cores : undefined
}

function sumOf<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((sum, one) => sum + of(one), 0)
}
