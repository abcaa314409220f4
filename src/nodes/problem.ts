/**
 * What is packed: Pods onto nodes. Everything is a whole number in the unit that kube-scheduler counts in: millicores, bytes, Pods.
 * Equal nodes are one kind and equal Pods one class, so that work grows with what differs and not with what repeats.
 */
export interface Problem {
  /** Names of the resources, in the order of `capacity` and `demand`. */
  readonly resources: readonly string[]
  readonly kinds: readonly NodeKind[]
  readonly classes: readonly PodClass[]
  readonly rules: readonly Rule[]
}

/** Nodes that are interchangeable for every Pod. */
export interface NodeKind {
  readonly group: string
  /** What is left for Pods on an empty node, per resource: allocatable without what runs on every such node (DaemonSets). */
  readonly capacity: Float64Array
  /** Number of nodes of this kind. */
  readonly count: number
  /** Number of these nodes that stay even when empty, such as those of the control plane. */
  readonly fixed: number
  /** Price of a node, in any currency; 1 if prices are unknown. */
  readonly price: number
  /** GPUs of which Pods may take shares; 0 where GPUs are an ordinary resource. */
  readonly devices: number
}

/** Pods that are interchangeable for every node. */
export interface PodClass {
  readonly demand: Float64Array
  readonly count: number
  /** Kinds whose empty node takes such a Pod: by labels, taints and size. */
  readonly kinds: readonly number[]
  /** Shares of GPUs that the Pod takes: the share, and the number of devices. */
  readonly devices?: { readonly count: number; readonly milli: number }
  /** Rules that the Pods state, and rules whose selector matches them, by index in `Problem.rules`. */
  readonly owns: readonly number[]
  readonly matches: readonly number[]
}

/** A rule between Pods: who may, must or should not share a node, a zone or another domain. */
export interface Rule {
  readonly type: 'apart' | 'together' | 'spread'
  /** Domain of the nodes of each kind, -1 where they have no such label; undefined where each node is a domain. */
  readonly domains: Int32Array | undefined
  /** For `spread`: largest difference between domains, and the least number of them. */
  readonly maxSkew: number
  readonly minDomains: number
  /** For `spread`: kinds whose domains count. */
  readonly counted: readonly boolean[]
}

/** Thousandths of a GPU. */
export const DEVICE_MILLI = 1000

/** Whether an empty node of the kind has room for a Pod of the class. */
export function hasRoomWhenEmpty(kind: NodeKind, { demand, devices }: Pick<PodClass, 'demand' | 'devices'>): boolean {
  for (let r = 0; r < demand.length; r++) if (demand[r]! > kind.capacity[r]!) return false
  return !devices || (devices.count <= kind.devices && devices.milli <= DEVICE_MILLI)
}

export function podsOf({ classes }: Problem): number {
  return classes.reduce((sum, { count }) => sum + count, 0)
}
