import type { ResourceValues, Values } from '../api/index.ts'
import { mapResources, type PodShape, type ReasonCode, togetherAtOnce } from '../policy/index.ts'
import {
  type ContainerResources,
  type Nanos,
  qosClass,
  RESOURCES,
  type ResourceName,
  readable,
  roundDownToGrain,
} from '../resources/index.ts'

/** Largest allocatable amount of any node, by resource; a missing resource means that no node is known. */
export type LargestNode = Readonly<Partial<Record<ResourceName, Nanos>>>

/** What must fit on a node: the containers of one Pod, as its author wrote them. */
export interface Placement {
  readonly largestNode: LargestNode
  readonly shape: PodShape
  readonly author: ReadonlyMap<string, ContainerResources>
}

/**
 * Caps values so that no container, and no Pod in total, requests more than the largest node has: such a Pod would stay pending
 * forever.
 */
export function cappedAtNode(values: Values, placement: Placement): Values {
  const { largestNode, author } = placement
  const isGuaranteed = isGuaranteedBy(author)
  const capped = mapResources(values, (value, resource) =>
    lowered(value, resource, isGuaranteed, largestNode[resource] ?? asksFor(value, isGuaranteed)),
  )
  return fittedToNode(capped, new Map(), placement)
}

/**
 * If the whole Pod needs more than the largest node has, lowers the raised containers, each by the same share of its raise. Values of
 * the author and applied values are kept, because Pods are scheduled with them.
 *
 * @param current applied values; for a container that is missing here, a raise counts from the author's values
 */
export function fittedToNode(values: Values, current: Values, { largestNode, shape, author }: Placement): Values {
  const isGuaranteed = isGuaranteedBy(author)
  const fits = { cpu: new Map<string, Nanos>(), memory: new Map<string, Nanos>() }
  for (const resource of RESOURCES) {
    const most = largestNode[resource]
    if (most === undefined) continue
    const asks = (from: Values, name: string) => {
      const value = from.get(name)?.[resource]
      return value ? asksFor(value, isGuaranteed) : (readable(author.get(name)?.[resource] ?? {}).request ?? 0n)
    }
    const all = shape.slots.reduce((sum, { name }) => sum + asks(values, name), shape.overhead[resource])
    if (all <= most) continue
    const parts = shape.slots.map(
      ({ name, kind }): Part => ({ name, kind, from: asks(current, name), asks: asks(values, name) }),
    )
    for (const group of togetherAtOnce(parts)) giveWay(group, most - shape.overhead[resource])
    for (const { name, asks } of parts) fits[resource].set(name, asks)
  }
  return mapResources(values, (value, resource, container) =>
    lowered(value, resource, isGuaranteed, fits[resource].get(container) ?? asksFor(value, isGuaranteed)),
  )
}

interface Part {
  readonly name: string
  readonly kind: PodShape['slots'][number]['kind']
  readonly from: Nanos
  asks: Nanos
}

function giveWay(group: readonly Part[], most: Nanos): void {
  const sum = (of: (part: Part) => Nanos) => group.reduce((total, part) => total + of(part), 0n)
  const raise = ({ asks, from }: Part) => (asks > from ? asks - from : 0n)
  const [excess, raises] = [sum(({ asks }) => asks) - most, sum(raise)]
  if (excess <= 0n || raises === 0n) return
  const taken = excess < raises ? excess : raises
  for (const part of group) part.asks -= (raise(part) * taken + raises - 1n) / raises
}

/** Amount that the scheduler counts. A Guaranteed Pod requests its limits, so the larger of request and limit counts. */
function asksFor({ request, limit }: ResourceValues, isGuaranteed: boolean): Nanos {
  return isGuaranteed && limit !== undefined && limit > request ? limit : request
}

function isGuaranteedBy(author: ReadonlyMap<string, ContainerResources>): boolean {
  return qosClass([...author.values()]) === 'Guaranteed'
}

function lowered(value: ResourceValues, resource: ResourceName, isGuaranteed: boolean, most: Nanos): ResourceValues {
  if (asksFor(value, isGuaranteed) <= most) return value
  const whole = roundDownToGrain(resource, most)
  const cap = (nanos: Nanos) => (nanos <= whole ? nanos : whole)
  return {
    ...value,
    request: cap(value.request),
    ...(isGuaranteed && value.limit !== undefined && { limit: cap(value.limit) }),
    reasons: [...new Set([...(value.reasons ?? []), 'CappedAtNode' satisfies ReasonCode])],
  }
}
