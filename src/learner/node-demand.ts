import { MAX_NODE_CLASSES, traitOf } from '../api/index.ts'
import { DemandWeights } from './expected-cost.ts'

const DAY_SECONDS = 86_400
/** What a day counts for after one more day: after a week, a fifth. */
const FADING = 0.8

/** A node, with the classes that it belongs to: `cpu=16`, `node.kubernetes.io/instance-type=m5.xlarge`. */
export interface ClassedNode {
  readonly name: string
  readonly classes: readonly string[]
}

/** Demand on the nodes of one class, in two halves of these nodes. */
export type Halves = readonly [DemandWeights, DemandWeights]

interface KnownNode {
  /** The classes as they were given last, so that the same list needs no comparison. */
  classes: readonly string[]
  readonly half: 0 | 1
  readonly weights: readonly DemandWeights[]
  day: number
  peakBytes: number
}

/**
 * What one container of a DaemonSet uses, by class of the node that its Pods are on. Its size depends on the number of classes and
 * nodes, not on the number of samples. It is not saved: a day of usage fills it again.
 */
export class NodeDemand {
  readonly all: Halves = [new DemandWeights(), new DemandWeights()]
  /** By trait, then by class. */
  readonly #traits = new Map<string, Map<string, Halves>>()
  readonly #nodes = new Map<string, KnownNode>()
  #day = 0
  #days = 0

  /** Days of which the memory peaks are known. */
  get days(): number {
    return this.#days
  }

  /** The classes of each trait that has few enough: of more, most would have too few nodes. */
  *traits(): Iterable<readonly [string, ReadonlyMap<string, Halves>]> {
    for (const one of this.#traits) if (one[1].size <= MAX_NODE_CLASSES) yield one
  }

  /** Takes in a sample of the Pod on a node; NaN where a value is unknown. */
  note(node: ClassedNode, timestampSeconds: number, cpuCores: number, memoryBytes: number): void {
    const day = Math.floor(timestampSeconds / DAY_SECONDS)
    if (day > this.#day) this.#startDay(day)
    const known = this.#know(node, day)
    if (day > known.day) closeDay(known, day)
    if (cpuCores >= 0) for (const weights of known.weights) weights.addCpu(cpuCores)
    if (memoryBytes > known.peakBytes) known.peakBytes = memoryBytes
  }

  #startDay(day: number): void {
    if (this.#day > 0) {
      this.#days++
      for (const halves of [this.all, ...this.#traits.values().flatMap((classes) => classes.values())])
        for (const weights of halves) weights.fade(FADING)
      // A node without a sample since the day before no longer exists.
      for (const [name, known] of this.#nodes) if (known.day < this.#day) this.#nodes.delete(name)
    }
    this.#day = day
  }

  #know({ name, classes }: ClassedNode, day: number): KnownNode {
    const known = this.#nodes.get(name)
    if (known && hasClasses(known, classes)) return known
    const half = halfOf(name)
    const weights = [this.all, ...classes.map((nodes) => this.#halvesOf(nodes))].map((halves) => halves[half])
    const next = { classes, half, weights, day, peakBytes: 0 }
    this.#nodes.set(name, next)
    return next
  }

  #halvesOf(nodes: string): Halves {
    const trait = traitOf(nodes)
    const classes = this.#traits.get(trait) ?? new Map<string, Halves>()
    this.#traits.set(trait, classes)
    const known = classes.get(nodes)
    if (known) return known
    const halves: Halves = [new DemandWeights(), new DemandWeights()]
    // One more than the limit shows that there are too many.
    if (classes.size <= MAX_NODE_CLASSES) classes.set(nodes, halves)
    return halves
  }
}

function hasClasses(known: KnownNode, classes: readonly string[]): boolean {
  if (known.classes === classes) return true
  if (known.classes.length !== classes.length || known.classes.some((nodes, i) => nodes !== classes[i])) return false
  known.classes = classes
  return true
}

function closeDay(known: KnownNode, day: number): void {
  if (known.peakBytes > 0) for (const weights of known.weights) weights.addMemoryPeak(known.peakBytes)
  known.peakBytes = 0
  known.day = day
}

/** Half of the nodes that a node belongs to, by its name: FNV-1a (Fowler, Noll, Vo), folded to one bit. */
function halfOf(name: string): 0 | 1 {
  let hash = 0x811c_9dc5
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x0100_0193)
  hash ^= hash >>> 16
  hash ^= hash >>> 8
  hash ^= hash >>> 4
  hash ^= hash >>> 2
  return ((hash ^ (hash >>> 1)) & 1) as 0 | 1
}
