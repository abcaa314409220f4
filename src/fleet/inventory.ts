import type { Autoscaler } from '../policy/index.ts'
import { type Nanos, parseQuantity, RESOURCES, type ResourceName } from '../resources/index.ts'
import type { LargestNode } from '../revisions/index.ts'
import { type Workload, workloadKey } from '../workloads/index.ts'

/** A Node with the amounts that Pods may request on it. */
export interface FleetNode {
  readonly name: string
  readonly allocatable: LargestNode
  /** Why no Pod on it should get more: it is cordoned, or short of memory, disk or processes. Empty if nothing is. */
  readonly troubles: readonly string[]
}

/** The fields of core/v1 Node that are read. */
export interface ApiNode {
  readonly metadata: { readonly name?: string }
  readonly spec?: { readonly unschedulable?: boolean }
  readonly status?: {
    readonly allocatable?: Readonly<Record<string, string>>
    readonly conditions?: readonly { readonly type?: string; readonly status?: string }[]
  }
}

const PRESSURES = ['MemoryPressure', 'DiskPressure', 'PIDPressure']

export function readNode({ metadata, spec, status }: ApiNode): FleetNode {
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
    troubles: [...(spec?.unschedulable ? ['cordoned'] : []), ...pressures],
  }
}

type Named = Pick<Autoscaler, 'kind' | 'namespace' | 'name'>

/** Autoscalers that act on the workloads, and nodes. Watches feed it; it sends no requests. */
export class ClusterInventory {
  readonly #autoscalers = new Map<string, Autoscaler>()
  readonly #nodes = new Map<string, FleetNode>()
  #byTarget: ReadonlyMap<string, readonly Autoscaler[]> | undefined
  #largest: LargestNode | undefined

  /** Replaces all autoscalers of one kind in a namespace. */
  replaceAutoscalers(kind: Autoscaler['kind'], namespace: string, all: readonly Autoscaler[]): void {
    for (const [key, known] of this.#autoscalers)
      if (known.kind === kind && known.namespace === namespace) this.#autoscalers.delete(key)
    this.#byTarget = undefined
    for (const one of all) this.putAutoscaler(one)
  }

  putAutoscaler(autoscaler: Autoscaler): void {
    this.#autoscalers.set(keyOf(autoscaler), autoscaler)
    this.#byTarget = undefined
  }

  deleteAutoscaler(autoscaler: Named): void {
    this.#autoscalers.delete(keyOf(autoscaler))
    this.#byTarget = undefined
  }

  /** Autoscalers that act on a workload. */
  autoscalersOf(workload: Workload): readonly Autoscaler[] {
    this.#byTarget ??= Map.groupBy(this.#autoscalers.values(), ({ namespace, target }) =>
      workloadKey({ namespace, ...target }),
    )
    return this.#byTarget.get(workloadKey(workload)) ?? []
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

function keyOf({ kind, namespace, name }: Named): string {
  return `${kind}/${namespace}/${name}`
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
