import { join } from 'node:path'

/** Everything that differs between the clusters of a machine. It follows from the slot. */
export interface Layout {
  readonly slot: number
  /** Run directory. */
  readonly directory: string
  /** First port of the slot. */
  readonly firstPort: number
  /** This machine's end of the link to the node. */
  readonly hostAddress: string
  readonly nodeAddress: string
  readonly nodeName: string
  readonly podRange: string
  readonly serviceRange: string
  /** Service address of the API server: the first address of the range. */
  readonly apiServiceAddress: string
  readonly dnsAddress: string
  /** Name of the network link, at most 15 characters (a limit of the kernel). */
  readonly link: string
  /** The node's cgroup, below the root of each hierarchy: two kubelets under one root remove each other's Pods. */
  readonly cgroup: string
}

export const SLOTS = 8
/** Number of ports of a slot. */
export const PORTS = 50

export function layout(slot: number, parent: string): Layout {
  const network = `10.${220 + slot}`
  return {
    slot,
    directory: join(parent, `plimsoll-cluster-test-${slot}`),
    firstPort: 21_000 + slot * PORTS,
    hostAddress: `${network}.0.1`,
    nodeAddress: `${network}.0.2`,
    nodeName: `node-${slot}`,
    podRange: `${network}.128.0/20`,
    serviceRange: `${network}.64.0/20`,
    apiServiceAddress: `${network}.64.1`,
    dnsAddress: `${network}.64.10`,
    link: `plimsoll-test${slot}`,
    cgroup: `plimsoll-test-${slot}`,
  }
}
