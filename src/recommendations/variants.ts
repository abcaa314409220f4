/** Values on the nodes of some classes. */
interface OnNodes {
  /** Classes of nodes for which the revision has other values anywhere. */
  readonly nodeClasses?: ReadonlySet<string>
  /** The classes that these values are for, as text. */
  readonly onNodes?: string
}

/** Values of one revision, by the classes of the node that matter to it; '' for a node of no class. */
export type Variants<T extends OnNodes> = Map<string, T>

/** The values on a node of these classes. They are read when they are asked for the first time. */
export function variantOf<T extends OnNodes>(known: Variants<T>, classes: readonly string[], read: () => T): T {
  // Any of them knows all classes that matter.
  const [any] = known.values()
  const found = any && known.get(classesThatMatter(any.nodeClasses, classes))
  if (found) return found
  const values = read()
  known.set(values.onNodes ?? '', values)
  return values
}

/** The classes for which a container has other values, as text. */
export function classesThatMatter(nodeClasses: ReadonlySet<string> | undefined, classes: readonly string[]): string {
  return nodeClasses === undefined ? '' : classes.filter((nodes) => nodeClasses.has(nodes)).join(' ')
}
