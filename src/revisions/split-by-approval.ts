import type { ContainerRecommendation, ResourceRecommendation } from '../api/index.ts'
import { RESOURCES, type ResourceName } from '../resources/index.ts'
import type { Disposition } from './approval.ts'

/** What is new, parted by what becomes of it. */
export interface ApprovalSplit {
  /** What stands, with what may be applied now. */
  readonly granted: readonly ContainerRecommendation[]
  /** What would stand if all that asks for approval were approved as well; undefined where nothing asks. */
  readonly asked: readonly ContainerRecommendation[] | undefined
  readonly waits: boolean
}

/**
 * Parts new values by what becomes of each, resource by resource: one that must wait keeps the value that stands, and
 * holds up no other.
 */
export function splitByApproval(
  standing: readonly ContainerRecommendation[],
  next: readonly ContainerRecommendation[],
  dispose: (container: string, resource: ResourceName, value: ResourceRecommendation) => Disposition,
): ApprovalSplit {
  const before = new Map(standing.map((container) => [container.name, container]))
  const granted: ContainerRecommendation[] = []
  const asked: ContainerRecommendation[] = []
  let asks = false
  let waits = false
  for (const container of next) {
    const { name, cpu: _, memory: __, ...rest } = container
    const given: ContainerRecommendation = { name, ...rest }
    const wanted: ContainerRecommendation = { name, ...rest }
    for (const resource of RESOURCES) {
      const value = container[resource]
      if (!value) continue
      const stands = before.get(name)?.[resource]
      const fate = stands && isSame(stands, value) ? 'apply' : dispose(name, resource, value)
      asks ||= fate === 'ask'
      waits ||= fate === 'wait'
      const kept = fate === 'apply' ? value : stands
      if (kept) given[resource] = kept
      const hoped = fate === 'ask' ? value : kept
      if (hoped) wanted[resource] = hoped
    }
    if (!isEmpty(given)) granted.push(given)
    if (!isEmpty(wanted)) asked.push(wanted)
  }
  return { granted, asked: asks ? asked : undefined, waits }
}

export function isSame(a: ResourceRecommendation, b: ResourceRecommendation): boolean {
  return a.request === b.request && a.limit === b.limit
}

function isEmpty({ cpu, memory, held }: ContainerRecommendation): boolean {
  return !cpu && !memory && !held
}

/** What is offered, with what has been asking for approval in place of what stands. */
export function withAsked(
  offered: readonly ContainerRecommendation[],
  standing: readonly ContainerRecommendation[],
  pending: readonly ContainerRecommendation[],
): ContainerRecommendation[] {
  const find = (containers: readonly ContainerRecommendation[], name: string) =>
    containers.find((container) => container.name === name)
  const names = new Set([...offered, ...pending].map(({ name }) => name))
  return [...names].flatMap((name) => {
    const [offer, stands, asks] = [find(offered, name), find(standing, name), find(pending, name)]
    const merged: ContainerRecommendation = { ...offer, name }
    for (const resource of RESOURCES) {
      const [value, old, asked] = [offer?.[resource], stands?.[resource], asks?.[resource]]
      const isUnmoved = value === undefined ? old === undefined : old !== undefined && isSame(value, old)
      if (asked && isUnmoved && !offer?.held?.[resource]) merged[resource] = asked
    }
    return isEmpty(merged) ? [] : [merged]
  })
}
