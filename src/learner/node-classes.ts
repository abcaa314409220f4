import { readVariantKey, traitOf, variantKey } from '../api/index.ts'
import type { OomKill, UsageSample } from '../history/index.ts'
import { type Workload, type WorkloadContainer, workloadKey } from '../workloads/index.ts'
import type { Learner } from './learner.ts'
import { type ClassedNode, NodeDemand } from './node-demand.ts'
import { chooseTrait } from './node-split.ts'
import type { Prices } from './prices.ts'

interface NodeClassesOptions {
  readonly learner: Pick<Learner, 'observe' | 'observeOomKill'>
  /** The node that a Pod is on, with its classes; undefined if it is not known. */
  readonly nodeOf: (namespace: string, pod: string) => ClassedNode | undefined
}

interface SizedContainer {
  readonly demand: NodeDemand
  /** For what the trait was chosen last. */
  chosenFor?: { readonly days: number; readonly prices: Prices }
  /** The trait by whose classes it is sized; undefined if it has one size for all. */
  trait: string | undefined
  /** One object per class, as sources use one per container. */
  readonly variants: Map<string, WorkloadContainer>
}

/**
 * Learns what containers of DaemonSets need on the nodes of each class. What it takes in goes to the learner as it came, and where a
 * container is sized by class, once more under the key of its variant: the learner needs to know nothing of classes.
 */
export class NodeClasses implements Pick<Learner, 'observe' | 'observeOomKill'> {
  readonly #options: NodeClassesOptions
  /** By workload, then by container. */
  readonly #workloads = new Map<string, Map<string, SizedContainer>>()

  constructor(options: NodeClassesOptions) {
    this.#options = options
  }

  observe(samples: readonly UsageSample[]): void {
    const { learner, nodeOf } = this.#options
    learner.observe(samples)
    const variants: UsageSample[] = []
    for (const sample of samples) {
      const { container, pod, timestampSeconds, cpuCores, memoryBytes } = sample
      if (!isByNode(container.workload)) continue
      const node = nodeOf(container.workload.namespace, pod)
      if (!node) continue
      const sized = this.#find(container)
      sized.demand.note(node, timestampSeconds, cpuCores, memoryBytes)
      const variant = variantOf(sized, container, node)
      if (variant) variants.push({ ...sample, container: variant })
    }
    if (variants.length > 0) learner.observe(variants)
  }

  observeOomKill(kill: OomKill): void {
    const { learner, nodeOf } = this.#options
    learner.observeOomKill(kill)
    const { container, pod } = kill
    if (pod === undefined || !isByNode(container.workload)) return
    const node = nodeOf(container.workload.namespace, pod)
    const variant = node && variantOf(this.#find(container), container, node)
    if (variant) learner.observeOomKill({ ...kill, container: variant })
  }

  /**
   * Decides by which trait of nodes each container of a DaemonSet is sized: once a day, and for other prices.
   *
   * @param inForce keys of values that a Recommendation has, by which a new process continues
   * @returns whether values with a key are in use: those of a class only if its trait was chosen
   */
  decide(workload: Workload, prices: Prices, inForce: Iterable<string>): (key: string) => boolean {
    if (!isByNode(workload)) return (key) => readVariantKey(key).nodes === undefined
    for (const key of inForce) {
      const { container, nodes } = readVariantKey(key)
      if (nodes === undefined) continue
      const sized = this.#find({ workload, container })
      if (sized.demand.days === 0) sized.trait ??= traitOf(nodes)
    }
    const containers = this.#workloads.get(workloadKey(workload))
    for (const sized of containers?.values() ?? []) {
      const { days } = sized.demand
      if (sized.chosenFor?.days === days && sized.chosenFor.prices === prices) continue
      sized.chosenFor = { days, prices }
      sized.trait = chooseTrait(sized.demand, prices, sized.trait)
    }
    return (key) => {
      const { container, nodes } = readVariantKey(key)
      return nodes === undefined || containers?.get(container)?.trait === traitOf(nodes)
    }
  }

  /** Forgets all workloads but these, by their keys. */
  keep(workloads: ReadonlySet<string>): void {
    for (const key of this.#workloads.keys()) if (!workloads.has(key)) this.#workloads.delete(key)
  }

  #find({ workload, container }: WorkloadContainer): SizedContainer {
    const key = workloadKey(workload)
    const containers = this.#workloads.get(key) ?? new Map<string, SizedContainer>()
    this.#workloads.set(key, containers)
    const known = containers.get(container) ?? { demand: new NodeDemand(), trait: undefined, variants: new Map() }
    containers.set(container, known)
    return known
  }
}

/** Whether a workload has one Pod on each node. */
function isByNode({ kind }: Workload): boolean {
  return kind === 'DaemonSet'
}

function variantOf(
  { trait, variants }: SizedContainer,
  { workload, container }: WorkloadContainer,
  { classes }: ClassedNode,
): WorkloadContainer | undefined {
  const nodes = trait === undefined ? undefined : classes.find((one) => traitOf(one) === trait)
  if (nodes === undefined) return undefined
  const known = variants.get(nodes) ?? { workload, container: variantKey(container, nodes) }
  variants.set(nodes, known)
  return known
}
