/** A node with the classes that it belongs to. */
export interface NodeWithClasses {
  readonly name: string
  readonly classes: readonly string[]
}

/** Classes by the name of the node. Nodes that belong to the same classes share one list, so that 5,000 nodes take half a megabyte. */
export class NodeClassIndex {
  readonly #byNode = new Map<string, readonly string[]>()
  readonly #shared = new Map<string, readonly string[]>()

  /** @returns the same list for the same classes; empty if the node is not known */
  of(node: string | undefined): readonly string[] {
    return (node !== undefined && this.#byNode.get(node)) || NONE
  }

  replace(nodes: readonly NodeWithClasses[]): void {
    this.#byNode.clear()
    this.#shared.clear()
    for (const node of nodes) this.put(node)
  }

  put({ name, classes }: NodeWithClasses): void {
    const key = classes.join(' ')
    const shared = this.#shared.get(key) ?? classes
    this.#shared.set(key, shared)
    this.#byNode.set(name, shared)
  }

  delete({ name }: Pick<NodeWithClasses, 'name'>): void {
    this.#byNode.delete(name)
  }
}

const NONE: readonly string[] = []
