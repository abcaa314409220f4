import type { ContainerRecommendation, ResourceRecommendation } from '../api/index.ts'
import { type ContainerResources, parseQuantity, readable, toNumber } from '../resources/index.ts'
import type { PerResource } from './facts.ts'
import type { Allotment, Amounts } from './model.ts'

/** @returns undefined where one of them is */
export function sumOfAll(values: Iterable<number | undefined>): number | undefined {
  let sum = 0
  for (const value of values) {
    if (value === undefined) return undefined
    sum += value
  }
  return sum
}

/** @returns of those that are known; undefined where none is */
export function sumOfKnown(values: Iterable<number | undefined>): number | undefined {
  let sum: number | undefined
  for (const value of values) if (value !== undefined) sum = (sum ?? 0) + value
  return sum
}

export function amounts(cpuCores: number | undefined, memoryBytes: number | undefined): Amounts {
  return { ...(cpuCores !== undefined && { cpuCores }), ...(memoryBytes !== undefined && { memoryBytes }) }
}

/** Under which name each resource stands among amounts. */
export const KEYS = { cpu: 'cpuCores', memory: 'memoryBytes' } as const

/** Cores or bytes; undefined where there is no quantity. */
export function numberOf(quantity: string | undefined): number | undefined {
  const nanos = parseQuantity(quantity)
  return nanos === undefined ? undefined : toNumber(nanos)
}

export function allotmentOf(value: ResourceRecommendation | undefined): Allotment | undefined {
  return value && allotment(numberOf(value.request), numberOf(value.limit))
}

/** What a container carries, or its author wrote. */
export function allotmentsOf(resources: ContainerResources): PerResource<Allotment> {
  const of = (resource: 'cpu' | 'memory') => {
    const { request, limit } = readable(resources[resource])
    return allotment(
      request === undefined ? undefined : toNumber(request),
      limit === undefined ? undefined : toNumber(limit),
    )
  }
  return { cpu: of('cpu'), memory: of('memory') }
}

function allotment(request: number | undefined, limit: number | undefined): Allotment {
  return { ...(request !== undefined && { request }), ...(limit !== undefined && { limit }) }
}

/** One container of a revision. */
export function containerOf(
  revision: { readonly containers: readonly ContainerRecommendation[] } | undefined,
  name: string,
): ContainerRecommendation | undefined {
  return revision?.containers.find((container) => container.name === name)
}
