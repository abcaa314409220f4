import type { LabelSelector } from '../api/index.ts'
import {
  type AutoscaledPod,
  type Autoscaler,
  type ClassifiedNode,
  nodeClasses,
  parseSelector,
} from '../policy/index.ts'
import { type Nanos, parseQuantity, RESOURCES, type ResourceName } from '../resources/index.ts'
import type { LargestNode } from '../revisions/index.ts'
import { type Workload, workloadKey } from '../workloads/index.ts'
import { SelectorIndex } from './selector-index.ts'

/** A Node with the amounts that Pods may request on it. */
export interface FleetNode {
  readonly name: string
  readonly allocatable: LargestNode
  /** Classes that it belongs to: `cpu=16`, `LABEL=VALUE`. */
  readonly classes: readonly string[]
  /** Why no Pod on it should get more: it is cordoned, or short of memory, disk or processes. Empty if nothing is. */
  readonly troubles: readonly string[]
}

/** The fields of core/v1 Node that are read. */
export interface ApiNode extends ClassifiedNode {
  readonly spec?: { readonly unschedulable?: boolean }
  readonly status?: NonNullable<ClassifiedNode['status']> & {
    readonly conditions?: readonly { readonly type?: string; readonly status?: string }[]
  }
}

const PRESSURES = ['MemoryPressure', 'DiskPressure', 'PIDPressure']

/** @param labels keys of labels that may tell classes of nodes apart */
export function readNode(node: ApiNode, labels: readonly string[] = []): FleetNode {
  const { metadata, spec, status } = node
  const allocatable: Partial<Record<ResourceName, Nanos>> = {}
  for (const resource of RESOURCES) {
    const value = parseQuantity(status?.allocatable?.[resource])
    if (value !== undefined && value > 0n) allocatable[resource] = value
  }
  const pressures = (status?.conditions ?? [])
    .filter((one) => one.status === 'True')
    .flatMap(({ type }) => (type !== undefined && PRESSURES.includes(type) ? [type] : []))
  return {
    name: metadata.name ?? '',
    allocatable,
    classes: nodeClasses(node, labels),
    troubles: [...(spec?.unschedulable ? ['cordoned'] : []), ...pressures],
  }
}

type Named = Pick<Autoscaler, 'kind' | 'namespace' | 'name'>

/** Nodes, and the autoscalers of workloads. It is fed by watches and sends no requests. */
export class ClusterInventory {
  /** Autoscalers by namespace, then by kind and name. */
  readonly #autoscalers = new Map<string, Map<string, Autoscaler>>()
  readonly #nodes = new Map<string, FleetNode>()
  /** Selectors of the Pods of targets, by the key of the target. */
  readonly #selectors = new Map<string, LabelSelector>()
  readonly #unknown = new Map<string, () => boolean>()
  #byTarget: ReadonlyMap<string, readonly Autoscaler[]> | undefined
  #bySelector: SelectorIndex | undefined
  #largest: LargestNode | undefined

  /** Replaces all autoscalers of one kind in a namespace. */
  replaceAutoscalers(kind: Autoscaler['kind'], namespace: string, all: readonly Autoscaler[]): void {
    const known = this.#autoscalers.get(namespace)
    for (const [key, one] of known ?? []) if (one.kind === kind) known!.delete(key)
    if (known?.size === 0) this.#autoscalers.delete(namespace)
    this.#byTarget = undefined
    for (const one of all) this.putAutoscaler(one)
  }

  putAutoscaler(autoscaler: Autoscaler): void {
    const known = this.#autoscalers.get(autoscaler.namespace) ?? new Map<string, Autoscaler>()
    this.#autoscalers.set(autoscaler.namespace, known.set(keyOf(autoscaler), autoscaler))
    this.#byTarget = undefined
  }

  deleteAutoscaler(autoscaler: Named): void {
    this.#autoscalers.get(autoscaler.namespace)?.delete(keyOf(autoscaler))
    this.#byTarget = undefined
  }

  /** Autoscalers of a namespace. */
  autoscalersIn(namespace: string): readonly Autoscaler[] {
    return [...(this.#autoscalers.get(namespace)?.values() ?? [])]
  }

  /** Sets which Pods the target of autoscalers has, if its name does not show it; undefined if it has none. */
  setSelector({ namespace, target }: Pick<Autoscaler, 'namespace' | 'target'>, selector: string | undefined): void {
    const key = workloadKey({ namespace, ...target })
    const parsed = selector === undefined ? undefined : parseSelector(selector)
    if (parsed) this.#selectors.set(key, parsed)
    else this.#selectors.delete(key)
    this.#bySelector = undefined
  }

  /** Whether everything that autoscalers of a namespace control is known: until then, nothing may be changed there. */
  isKnown(namespace: string): boolean {
    return this.#unknown.get(namespace)?.() ?? true
  }

  /** @param isKnown whether everything in the namespace is known now; undefined if the namespace is no longer followed */
  follow(namespace: string, isKnown: (() => boolean) | undefined): void {
    if (isKnown) this.#unknown.set(namespace, isKnown)
    else this.#unknown.delete(namespace)
  }

  /**
   * Autoscalers that control a workload.
   *
   * @param pods labels and controllers of its Pods, because an autoscaler may refer to them by another name
   */
  autoscalersOf(workload: Workload, pods: readonly AutoscaledPod[] = []): readonly Autoscaler[] {
    this.#byTarget ??= Map.groupBy(
      [...this.#autoscalers.values()].flatMap((known) => [...known.values()]),
      ({ namespace, target }) => workloadKey({ namespace, ...target }),
    )
    this.#bySelector ??= new SelectorIndex(
      [...this.#selectors].map(([key, selector]) => ({ key, selector, namespace: key.slice(0, key.indexOf('/')) })),
    )
    const keys = new Set([workloadKey(workload)])
    for (const { labels, controllers } of pods) {
      if (controllers) keys.add(workloadKey(controllers))
      for (const key of this.#bySelector.selecting(workload.namespace, labels)) keys.add(key)
    }
    return [...keys].flatMap((key) => this.#byTarget!.get(key) ?? [])
  }

  replaceNodes(nodes: readonly FleetNode[]): void {
    this.#nodes.clear()
    for (const node of nodes) this.#nodes.set(node.name, node)
    this.#largest = undefined
  }

  putNode(node: FleetNode): void {
    this.#nodes.set(node.name, node)
    this.#largest = undefined
  }

  deleteNode({ name }: Pick<FleetNode, 'name'>): void {
    this.#nodes.delete(name)
    this.#largest = undefined
  }

  node(name: string): FleetNode | undefined {
    return this.#nodes.get(name)
  }

  /** Allocatable amounts of all nodes together. */
  get allocatable(): Readonly<Record<ResourceName, Nanos>> {
    const sum = (resource: ResourceName) =>
      this.#nodes.values().reduce((all, { allocatable }) => all + (allocatable[resource] ?? 0n), 0n)
    return { cpu: sum('cpu'), memory: sum('memory') }
  }

  /** Largest allocatable amount of any node, for each resource separately. */
  get largestNode(): LargestNode {
    this.#largest ??= largestOf(this.#nodes.values())
    return this.#largest
  }
}

function keyOf({ kind, name }: Named): string {
  return `${kind}/${name}`
}

function largestOf(nodes: Iterable<FleetNode>): LargestNode {
  const largest: Partial<Record<ResourceName, Nanos>> = {}
  for (const { allocatable } of nodes) {
    for (const resource of RESOURCES) {
      const value = allocatable[resource]
      if (value !== undefined && value > (largest[resource] ?? 0n)) largest[resource] = value
    }
  }
  return largest
}
