import { join } from 'node:path'

/** Everything that tells one of the clusters on a machine apart from the others; it all follows from the slot. */
export interface Layout {
  readonly slot: number
  /** The run directory. */
  readonly directory: string
  /** The first of its ports. */
  readonly firstPort: number
  /** This machine's end of the link to the node. */
  readonly hostAddress: string
  readonly nodeAddress: string
  readonly nodeName: string
  readonly podRange: string
  readonly serviceRange: string
  /** Service address of the API server: the first of the range. */
  readonly apiServiceAddress: string
  readonly dnsAddress: string
  /** Name of the network link; the kernel allows 15 characters. */
  readonly link: string
  /** The node's cgroup, below the root of each hierarchy: two kubelets under one root remove each other's Pods. */
  readonly cgroup: string
}

export const SLOTS = 8
/** Ports that one slot has. */
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
