import { Devices } from './devices.ts'
import type { PodClass, Problem } from './problem.ts'
import { RuleBook } from './rule-book.ts'

/** Pods on nodes: what is where, and what still fits. A node is its index; the nodes of a kind follow each other. */
export class Packing {
  readonly problem: Problem
  /** Index of the first node of each kind; the last entry is the number of all nodes. */
  readonly first: Int32Array
  readonly kindOf: Int32Array
  readonly rules: RuleBook
  readonly devices: Devices
  readonly #width: number
  readonly #free: Float64Array
  readonly #counts: Int32Array
  /** Number of Pods of each class, by node. */
  readonly #pods: (Map<number, number> | undefined)[]

  constructor(problem: Problem) {
    this.problem = problem
    const { kinds } = problem
    this.first = new Int32Array(kinds.length + 1)
    for (const [k, { count }] of kinds.entries()) this.first[k + 1] = this.first[k]! + count
    const nodes = this.first[kinds.length]!
    this.kindOf = new Int32Array(nodes)
    this.#width = problem.resources.length
    this.#free = new Float64Array(nodes * this.#width)
    this.#pods = new Array(nodes)
    this.#counts = new Int32Array(nodes)
    for (const [k, { capacity }] of kinds.entries()) {
      this.kindOf.fill(k, this.first[k]!, this.first[k + 1]!)
      for (let node = this.first[k]!; node < this.first[k + 1]!; node++) this.#free.set(capacity, node * this.#width)
    }
    this.rules = new RuleBook(problem, this.kindOf)
    this.devices = new Devices(problem, this.kindOf)
  }

  get nodes(): number {
    return this.kindOf.length
  }

  podsOn(node: number): ReadonlyMap<number, number> {
    return this.#pods[node] ?? NONE
  }

  isEmpty(node: number): boolean {
    return this.#counts[node] === 0
  }

  free(node: number, resource: number): number {
    return this.#free[node * this.#width + resource]!
  }

  /** Writes the share of each resource that is free on the node to `into`; 0 where it has none. */
  freeShares(node: number, into: Float64Array): void {
    const { capacity } = this.problem.kinds[this.kindOf[node]!]!
    for (let r = 0, at = node * this.#width; r < into.length; r++, at++)
      into[r] = capacity[r]! > 0 ? this.#free[at]! / capacity[r]! : 0
  }

  /** Whether a Pod of the class, which the kind of the node takes, fits beside those that are there. */
  fits(classIndex: number, node: number): boolean {
    const pod = this.#classOf(classIndex)
    const { demand, devices } = pod
    for (let r = 0, at = node * this.#width; r < demand.length; r++, at++)
      if (demand[r]! > this.#free[at]!) return false
    if (devices && !this.devices.fits(node, devices)) return false
    return this.rules.allow(pod, node)
  }

  place(classIndex: number, node: number): void {
    const { devices } = this.#classOf(classIndex)
    if (devices) this.devices.place(node, devices)
    this.putBack(classIndex, node)
  }

  /** Places a Pod, but for its devices, which the caller restores. */
  putBack(classIndex: number, node: number): void {
    const pod = this.#classOf(classIndex)
    this.#take(pod, node, -1)
    this.#counts[node]!++
    this.rules.add(pod, node, 1)
    const its = this.#pods[node] ?? new Map<number, number>()
    its.set(classIndex, (its.get(classIndex) ?? 0) + 1)
    this.#pods[node] = its
  }

  remove(classIndex: number, node: number): void {
    const pod = this.#classOf(classIndex)
    this.#take(pod, node, 1)
    this.#counts[node]!--
    if (pod.devices) this.devices.remove(node, pod.devices)
    this.rules.add(pod, node, -1)
    const its = this.#pods[node]!
    const left = its.get(classIndex)! - 1
    if (left === 0) its.delete(classIndex)
    else its.set(classIndex, left)
  }

  #take({ demand }: PodClass, node: number, sign: 1 | -1): void {
    for (let r = 0, at = node * this.#width; r < demand.length; r++, at++)
      this.#free[at] = this.#free[at]! + sign * demand[r]!
  }

  #classOf(index: number): PodClass {
    return this.problem.classes[index]!
  }
}

const NONE: ReadonlyMap<number, number> = new Map()

/** Nodes that are needed, of each kind: those with Pods, and those that stay anyway. */
export function nodesNeeded(packing: Packing): number[] {
  const { kinds } = packing.problem
  const used = kinds.map(() => 0)
  for (let node = 0; node < packing.nodes; node++) if (!packing.isEmpty(node)) used[packing.kindOf[node]!]!++
  return kinds.map(({ fixed }, k) => Math.max(fixed, used[k]!))
}

export function costOf({ kinds }: Problem, needed: readonly number[]): number {
  return kinds.reduce((sum, { price }, k) => sum + price * needed[k]!, 0)
}
