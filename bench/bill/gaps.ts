import { LinearPrograms, pack, problemOf, readNodesAndPods } from '../../src/nodes/index.ts'
import { loadSolver } from '../../src/solver/index.ts'
import { GROUP_LABEL, PRICES, type SeededCluster, seededCluster } from '../../test/cluster/nodes/seeded-cluster.ts'

type ApiNode = Parameters<typeof readNodesAndPods>[0] extends Iterable<infer T> ? T : never
type ApiPod = Parameters<typeof readNodesAndPods>[1] extends Iterable<infer T> ? T : never

/** How far the cost of the nodes is above the bound in ten clusters of 200 nodes and 2,000 Pods without rules between Pods. */
export async function gapsWithoutRules(): Promise<number[]> {
  const solve = await loadSolver()
  return Array.from({ length: 10 }, (_, i) => {
    const seededOne = seededCluster(i + 1, { nodes: 200, pods: 2000, hasRules: false })
    const nodes = seededOne.nodes as unknown as readonly ApiNode[]
    const pods = [...seededOne.pods, ...daemons(seededOne)] as unknown as readonly ApiPod[]
    const priceOf = ({ labels }: { readonly labels: Readonly<Record<string, string>> }) => PRICES[labels[GROUP_LABEL]!]!
    const { problem } = problemOf(readNodesAndPods(nodes, pods), undefined, priceOf)
    const { cost, bound } = pack(new LinearPrograms(problem, solve))
    return cost / bound - 1
  })
}

interface DaemonSet {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly spec: { readonly template: { readonly metadata: object; readonly spec: object } }
}

/** A Pod of each DaemonSet, as its controller would create it. */
function daemons({ surroundings }: SeededCluster): object[] {
  const sets = surroundings.filter(({ kind }) => kind === 'DaemonSet') as unknown as readonly DaemonSet[]
  return sets.map(({ metadata: { name, namespace }, spec: { template } }) => ({
    metadata: {
      ...{ ...template.metadata, name: `${name}-0`, namespace },
      ownerReferences: [{ kind: 'DaemonSet', name, controller: true }],
    },
    spec: template.spec,
  }))
}
