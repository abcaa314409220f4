import type { ContainerRecommendation, Revision } from './recommendation.ts'

/** Key of a container's values on the nodes of one class. No container has such a name, because `@` is not allowed in it. */
const SEPARATOR = '@'

/** Key of the values that a container has on the nodes of a class: `agent@cpu=16`. */
export function variantKey(container: string, nodes: string): string {
  return `${container}${SEPARATOR}${nodes}`
}

/** The container and the class of nodes that values are for. The class is undefined for those of the container itself. */
export function readVariantKey(key: string): { readonly container: string; readonly nodes: string | undefined } {
  const at = key.indexOf(SEPARATOR)
  return at < 0 ? { container: key, nodes: undefined } : { container: key.slice(0, at), nodes: key.slice(at + 1) }
}

/** The trait that defines a class of nodes: the `cpu` of `cpu=16`, the label of `LABEL=VALUE`. */
export function traitOf(nodes: string): string {
  return nodes.slice(0, nodes.indexOf('='))
}

/**
 * Containers as they are on a node: where one has values for a class of the node, these replace its own, resource by resource.
 *
 * @param classes classes that the node belongs to
 * @returns `containers` itself if nothing is replaced
 */
export function containersOnNode(
  containers: readonly ContainerRecommendation[],
  classes: readonly string[],
): readonly ContainerRecommendation[] {
  const variantOf = ({ nodeClasses }: ContainerRecommendation) =>
    nodeClasses?.find(({ nodes }) => classes.includes(nodes))
  if (!containers.some(variantOf)) return containers
  return containers.map((container) => {
    const { nodes: _, ...values } = variantOf(container) ?? {}
    const { nodeClasses: __, ...own } = container
    return { ...own, ...values }
  })
}

/** A revision as it is on a node; the same object if nothing in it depends on the node. */
export function revisionOnNode(revision: Revision, classes: readonly string[]): Revision {
  const containers = containersOnNode(revision.containers, classes)
  return containers === revision.containers ? revision : { ...revision, containers: [...containers] }
}

/** The values of a revision in one list, those for the nodes of each class under a separate key. */
export function containersByKey(
  containers: readonly ContainerRecommendation[],
): readonly Pick<ContainerRecommendation, 'name' | 'cpu' | 'memory'>[] {
  return containers.flatMap(({ name, cpu, memory, nodeClasses = [] }) => [
    { name, cpu, memory },
    ...nodeClasses.map(({ nodes, cpu, memory }) => ({ name: variantKey(name, nodes), cpu, memory })),
  ])
}
