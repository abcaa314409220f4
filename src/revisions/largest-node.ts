import type { ContainerRecommendation } from '../api/index.ts'
import type { PodShape, ReasonCode } from '../policy/index.ts'
import {
  type ContainerResources,
  formatQuantity,
  type Nanos,
  parseQuantity,
  qosClass,
  RESOURCES,
  type ResourceName,
  readable,
  roundDownToGrain,
} from '../resources/index.ts'

/** The most that any node has to give, by resource; nothing where no node is known. */
export type LargestNode = Readonly<Partial<Record<ResourceName, Nanos>>>

/** What has to find room on a node: the containers of one Pod, as its author wrote them. */
export interface Placement {
  readonly largestNode: LargestNode
  readonly shape: PodShape
  readonly author: ReadonlyMap<string, ContainerResources>
}

/** No container asks for more than the largest node has, and no Pod for more than it has in sum: it would wait for ever. */
export function cappedAtNode(
  containers: readonly ContainerRecommendation[],
  placement: Placement,
): ContainerRecommendation[] {
  const { largestNode, author } = placement
  const isGuaranteed = isGuaranteedBy(author)
  const capped = containers.map((container) =>
    lowered(container, isGuaranteed, (resource, asks) => {
      const most = largestNode[resource]
      return most === undefined || asks <= most ? asks : most
    }),
  )
  return fittedToNode(capped, [], placement)
}

/**
 * Where the Pod in sum is more than the largest node has, those of its containers give way that were raised, each by the
 * same share of its raise. What its author wrote, or what stands, is not what has it wait.
 *
 * @param standing what is applied; for what is not in it, raises count from what the author wrote
 */
export function fittedToNode(
  containers: readonly ContainerRecommendation[],
  standing: readonly ContainerRecommendation[],
  { largestNode, shape, author }: Placement,
): ContainerRecommendation[] {
  const [given, before] = [byName(containers), byName(standing)]
  const isGuaranteed = isGuaranteedBy(author)
  const fits = { cpu: new Map<string, Nanos>(), memory: new Map<string, Nanos>() }
  for (const resource of RESOURCES) {
    const most = largestNode[resource]
    if (most === undefined) continue
    const parts = shape.slots.map(({ name, kind }): Part => {
      const written = readable(author.get(name)?.[resource] ?? {}).request ?? 0n
      const from = asksFor(before.get(name)?.[resource], isGuaranteed) ?? written
      return { name, kind, from, asks: asksFor(given.get(name)?.[resource], isGuaranteed) ?? written }
    })
    for (const group of togetherAtOnce(parts)) giveWay(group, most - shape.overhead[resource])
    for (const { name, asks } of parts) fits[resource].set(name, asks)
  }
  return containers.map((container) =>
    lowered(container, isGuaranteed, (resource, asks) => fits[resource].get(container.name) ?? asks),
  )
}

function byName(containers: readonly ContainerRecommendation[]): ReadonlyMap<string, ContainerRecommendation> {
  return new Map(containers.map((container) => [container.name, container]))
}

interface Part {
  readonly name: string
  readonly kind: PodShape['slots'][number]['kind']
  readonly from: Nanos
  asks: Nanos
}

/** What runs at the same time: containers and sidecars; and each init container with the sidecars before it. */
function togetherAtOnce(parts: readonly Part[]): readonly (readonly Part[])[] {
  const starting = parts.flatMap((part, i) =>
    part.kind === 'init' ? [[...parts.slice(0, i).filter(({ kind }) => kind === 'sidecar'), part]] : [],
  )
  return [parts.filter(({ kind }) => kind !== 'init'), ...starting]
}

function giveWay(group: readonly Part[], most: Nanos): void {
  const sum = (of: (part: Part) => Nanos) => group.reduce((total, part) => total + of(part), 0n)
  const raise = ({ asks, from }: Part) => (asks > from ? asks - from : 0n)
  const [excess, raises] = [sum(({ asks }) => asks) - most, sum(raise)]
  if (excess <= 0n || raises === 0n) return
  const taken = excess < raises ? excess : raises
  for (const part of group) part.asks -= (raise(part) * taken + raises - 1n) / raises
}

/** A Guaranteed Pod asks for its limits: request and limit are one. */
function asksFor(
  target: { readonly request: string; readonly limit?: string | undefined } | undefined,
  isGuaranteed: boolean,
): Nanos | undefined {
  const request = parseQuantity(target?.request)
  const limit = isGuaranteed ? parseQuantity(target?.limit) : undefined
  return request !== undefined && limit !== undefined && limit > request ? limit : request
}

function isGuaranteedBy(author: ReadonlyMap<string, ContainerResources>): boolean {
  return author.size > 0 && qosClass([...author.values()]) === 'Guaranteed'
}

/** @param to what a resource may ask for of what it asks for */
function lowered(
  container: ContainerRecommendation,
  isGuaranteed: boolean,
  to: (resource: ResourceName, asks: Nanos) => Nanos,
): ContainerRecommendation {
  const result = { ...container }
  for (const resource of RESOURCES) {
    const target = container[resource]
    const asks = asksFor(target, isGuaranteed)
    if (!target || asks === undefined) continue
    const most = to(resource, asks)
    if (asks <= most) continue
    const value = roundDownToGrain(resource, most)
    const cap = (text: string) => (parseQuantity(text)! <= value ? text : formatQuantity(resource, value))
    result[resource] = {
      ...target,
      request: cap(target.request),
      ...(isGuaranteed && target.limit !== undefined && { limit: cap(target.limit) }),
      reasons: [...new Set([...(target.reasons ?? []), 'CappedAtNode' satisfies ReasonCode])],
    }
  }
  return result
}
