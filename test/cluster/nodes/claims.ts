import { type ClusterProblem, type Packed, Packing } from '../../../src/nodes/index.ts'

/** A Pod and the node that a packing claims for it. */
export interface Claim {
  readonly pod: string
  readonly node: string
}

/**
 * What a packing claims, in an order in which each Pod keeps all rules beside those before it.
 *
 * @throws Error if there is no such order
 */
export function claimsOf({ problem, nodeNames, members }: ClusterProblem, { packing }: Packed): Claim[] {
  const again = new Packing(problem)
  const left = members.map((pods) => [...pods])
  let waiting = Array.from({ length: packing.nodes }, (_, node) =>
    [...packing.podsOn(node)].map(([pod, count]) => ({ node, pod, count })),
  ).flat()
  const claims: Claim[] = []
  while (waiting.length > 0) {
    const before = claims.length
    waiting = waiting.flatMap(({ node, pod, count }) => {
      let rest = count
      for (; rest > 0 && again.fits(pod, node); rest--) {
        again.place(pod, node)
        claims.push({ pod: left[pod]!.pop()!.name, node: nodeNames[node]! })
      }
      return rest > 0 ? [{ node, pod, count: rest }] : []
    })
    if (claims.length > before) continue
    const stuck = waiting.map(({ pod, node }) => `${members[pod]![0]!.name} on ${nodeNames[node]}`)
    throw new Error(`no order of placing Pods keeps all rules; these wait for each other: ${stuck.join(', ')}`)
  }
  return claims
}
