import {
  type ContainerRecommendation,
  type ContainerValues,
  type ResourceValues,
  type Revision,
  readValues,
  readVariantKey,
  type Values,
  variantKey,
} from '../api/index.ts'
import { type ContainerResources, isSameAllotment, RESOURCES } from '../resources/index.ts'
import { higher } from './higher.ts'

/** What the learner says, and for what. */
interface VariantInput {
  readonly learned: readonly ContainerRecommendation[]
  readonly author: ReadonlyMap<string, ContainerResources>
  readonly isInUse?: ((key: string) => boolean) | undefined
}

/** Whether values with a key are for the nodes of one class. */
export function isVariant(key: string): boolean {
  return readVariantKey(key).nodes !== undefined
}

/** The input, with what authors wrote under the keys of classes too: they are sized by the same steps and rules as containers. */
export function withVariants<T extends VariantInput>(input: T): T {
  const keys = [...readValues(input.learned).keys()].filter(isVariant)
  if (keys.length === 0) return input
  const author = new Map(input.author)
  for (const key of keys) {
    const own = input.author.get(readVariantKey(key).container)
    if (own) author.set(key, own)
  }
  return { ...input, author }
}

/**
 * Raises each container's own values to those of its classes: it has them on nodes of no known class, where a Pod must have at least what
 * the largest node needs.
 */
export function coveringVariants(values: Values): Values {
  const covering = new Map(values)
  for (const [key, variant] of values) {
    const { container, nodes } = readVariantKey(key)
    const own = covering.get(container)
    if (nodes !== undefined && own) covering.set(container, highestOf(own, variant))
  }
  return covering
}

function highestOf(own: ContainerValues, variant: ContainerValues): ContainerValues {
  const of = (a: ResourceValues | undefined, b: ResourceValues | undefined): ResourceValues | undefined => {
    if (!a || !b) return a ?? b
    const limit = higher(a.limit, b.limit)
    return { ...a, request: higher(a.request, b.request)!, ...(limit !== undefined && { limit }) }
  }
  const [cpu, memory] = [of(own.cpu, variant.cpu), of(own.memory, variant.memory)]
  return { ...own, ...(cpu && { cpu }), ...(memory && { memory }) }
}

/**
 * Values that Pods have of a revision, under the keys that are used now. Where a class is new, its nodes have the container's own
 * values until then.
 */
export function inForceOf(revision: Revision | undefined, { learned, isInUse = always }: VariantInput): Values {
  const all = readValues(revision?.containers)
  const learnedKeys = [...readValues(learned).keys()].filter(isVariant)
  if (learnedKeys.length === 0 && !all.keys().some(isVariant)) return all
  const used = new Map(all.entries().filter(([key]) => isInUse(key)))
  for (const key of learnedKeys) {
    const own = all.get(readVariantKey(key).container)
    if (own && !used.has(key)) used.set(key, own)
  }
  return used
}

/** Leaves out values of classes that have not moved from what their nodes have of the revision before: the container's own values. */
export function withoutCopies(values: Values, before: Revision | undefined): Values {
  const known = readValues(before?.containers)
  const isCopy = ([key, variant]: readonly [string, ContainerValues]) => {
    const { container, nodes } = readVariantKey(key)
    const own = known.get(container)
    return (
      nodes !== undefined &&
      !known.has(key) &&
      own !== undefined &&
      RESOURCES.every((resource) => isSame(own[resource], variant[resource]))
    )
  }
  return [...values].some(isCopy) ? new Map([...values].filter((one) => !isCopy(one))) : values
}

function isSame(a: ResourceValues | undefined, b: ResourceValues | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && isSameAllotment(a, b))
}

/** Values of a container in a Pod on a node of these classes. */
export function valuesOnNode(
  values: Values,
  container: string,
  classes: readonly string[] = [],
): ContainerValues | undefined {
  const key = classes.map((nodes) => variantKey(container, nodes)).find((key) => values.has(key))
  return values.get(key ?? container)
}

const always = () => true
