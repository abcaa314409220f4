import { type Recommendation, type Revision, readRecommendation } from '../../api/index.ts'
import { DEFAULT_PRICES } from '../../config/index.ts'
import type { NodeCount } from '../../controller/index.ts'
import type { KubeClient, KubeObject } from '../../kube/index.ts'
import { billOf, type LpSolver, type Quantities, type RequestsOf, wholeQuantities } from '../../nodes/index.ts'
import { pricesPerMonth, readNodes } from '../../readers/index.ts'
import { RECOMMENDATIONS } from '../../recommendations/index.ts'
import { numberOf } from '../../resources/index.ts'
import { type RunRule, workloadKey } from '../../workloads/index.ts'

/**
 * Counts the nodes of each group that the cluster has, and those that its Pods need with the requests that they have, with the applied
 * values and with the learned ones. The cheapest nodes by the default prices of a core and a GiB count, so that a large node is worth
 * more than a small one.
 *
 * @throws Error if nodes, Pods or Recommendations cannot be read
 */
export async function countNodes(client: KubeClient, rules: readonly RunRule[], solve: LpSolver): Promise<NodeCount[]> {
  const cluster = await readNodes(client, rules, { disruption: false })
  if (cluster.nodes.length === 0) throw new Error(cluster.problems.join(' ') || 'no node was found')
  const { applied, learned } = await readRequests(client)
  const scenarios = [
    { name: 'current', of: () => ({}) },
    { name: 'applied', of: requestsIn(applied) },
    { name: 'learned', of: requestsIn(learned) },
  ]
  const bill = billOf(cluster, scenarios, solve, { priceOf: pricesPerMonth(DEFAULT_PRICES) })
  const [now, then, learnt] = bill.scenarios.map(({ groups }) => groups)
  return now!.map(({ group, present, needed }, i) => ({
    ...{ group, present },
    needed: { current: needed, applied: then![i]!.needed, learned: learnt![i]!.needed },
  }))
}

type ByContainer = ReadonlyMap<string, Quantities>

function requestsIn(requests: ByContainer): RequestsOf {
  return ({ workload }, { name }) => requests.get(`${workload}/${name}`) ?? {}
}

/** Requests of all Recommendations by container; of a DaemonSet those for nodes of no class, which are the largest. */
async function readRequests(
  client: KubeClient,
): Promise<{ readonly applied: ByContainer; readonly learned: ByContainer }> {
  const [applied, learned] = [new Map<string, Quantities>(), new Map<string, Quantities>()]
  for await (const { items } of client.list<KubeObject>(RECOMMENDATIONS)) {
    for (const object of items) {
      const recommendation = readable(object)
      if (!recommendation) continue
      const { metadata, spec, status } = recommendation
      const key = workloadKey({ namespace: metadata.namespace, ...spec.workload })
      note(applied, key, status?.applied)
      note(learned, key, status?.learned)
    }
  }
  return { applied, learned }
}

/** Undefined for one of a newer version, which does not affect the others. */
function readable(object: KubeObject): Recommendation | undefined {
  try {
    return readRecommendation(object).recommendation
  } catch {
    return undefined
  }
}

function note(into: Map<string, Quantities>, workload: string, revision: Revision | undefined): void {
  for (const { name, cpu, memory } of revision?.containers ?? [])
    into.set(
      `${workload}/${name}`,
      wholeQuantities({ cores: numberOf(cpu?.request), bytes: numberOf(memory?.request) }),
    )
}
