import type { ContainerRecommendation, ResourceRecommendation } from '../api/index.ts'
import { type ContainerResources, numberOf, readable, toNumber } from '../resources/index.ts'
import type { PerResource } from './facts.ts'
import type { Allotment, Amounts } from './model.ts'

/** @returns the sum, or undefined if any of the values is undefined */
export function sumOfAll(values: Iterable<number | undefined>): number | undefined {
  let sum = 0
  for (const value of values) {
    if (value === undefined) return undefined
    sum += value
  }
  return sum
}

/** @returns the sum of the values that are defined, or undefined if none is */
export function sumOfKnown(values: Iterable<number | undefined>): number | undefined {
  let sum: number | undefined
  for (const value of values) if (value !== undefined) sum = (sum ?? 0) + value
  return sum
}

export function amounts(cpuCores: number | undefined, memoryBytes: number | undefined): Amounts {
  return { ...(cpuCores !== undefined && { cpuCores }), ...(memoryBytes !== undefined && { memoryBytes }) }
}

/** The field of `Amounts` that holds each resource. */
export const KEYS = { cpu: 'cpuCores', memory: 'memoryBytes' } as const

export function allotmentOf(value: ResourceRecommendation | undefined): Allotment | undefined {
  return value && allotment(numberOf(value.request), numberOf(value.limit))
}

/** Requests and limits of a container in cores and bytes; a value that is missing or cannot be read is absent. */
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

/** Finds a container of a revision by its name; undefined if the revision is undefined or has no such container. */
export function containerOf(
  revision: { readonly containers: readonly ContainerRecommendation[] } | undefined,
  name: string,
): ContainerRecommendation | undefined {
  return revision?.containers.find((container) => container.name === name)
}
