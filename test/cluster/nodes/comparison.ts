import { type Cluster, LinearPrograms, type LpSolver, pack, problemOf } from '../../../src/nodes/index.ts'
import { readNodes } from '../../../src/readers/index.ts'
import { type Claim, claimsOf } from './claims.ts'
import { costOfNodes, drained } from './drained.ts'
import { REPLAY, startReplayScheduler, TIGHT } from './schedulers.ts'
import { GROUP_LABEL, PRICES, type SeededCluster } from './seeded-cluster.ts'
import { originalName, type World, whyUnschedulable } from './world.ts'

/** What became of one cluster; costs are the sums of the prices of nodes. */
export interface Comparison {
  readonly cost: number
  readonly bound: number
  /** Of the best run of the scheduler that fills the fullest node, with repeated drain. */
  readonly drainedCost: number
  readonly leftOut: number
  /** A line for each Pod that the scheduler did not place where it was claimed. */
  readonly refused: readonly string[]
}

/** Packs a seeded cluster as it is read through the API, and has kube-scheduler replay and rival the result. */
export class Comparing {
  readonly #world: World
  readonly #solve: LpSolver
  readonly #claimed: Map<string, string>
  readonly #tell: (text: string) => void
  /** Ends the extender of the scheduler; the World ends all else. */
  readonly close: () => void

  private constructor(
    world: World,
    solve: LpSolver,
    claimed: Map<string, string>,
    tell: (text: string) => void,
    close: () => void,
  ) {
    this.#world = world
    this.#solve = solve
    this.#claimed = claimed
    this.#tell = tell
    this.close = close
  }

  static async start(world: World, solve: LpSolver, tell: (text: string) => void): Promise<Comparing> {
    const claimed = new Map<string, string>()
    const { close } = await startReplayScheduler(world.cluster, (name) =>
      claimed.get(originalName({ metadata: { name } })),
    )
    return new Comparing(world, solve, claimed, tell, close)
  }

  async compare(seeded: SeededCluster, runs: number): Promise<Comparison> {
    const world = this.#world
    const names = seeded.pods.map(({ metadata }) => metadata.name)
    await world.fill(seeded)
    this.#tell('the nodes are ready')
    let drainedCost = Number.POSITIVE_INFINITY
    let packed: ReturnType<Comparing['pack']> | undefined
    for (let run = 0; run < runs; run++) {
      await world.create(seeded.pods, TIGHT)
      const stuck = (await world.settled(names)).map(whyUnschedulable).filter((why) => why !== undefined)
      if (stuck.length > 0) throw new Error(`the seeded cluster is too small: ${stuck.join('\n')}`)
      const cluster = await readNodes(world.cluster.client)
      packed ??= this.pack(cluster)
      const nodes = await drained(world, seeded, cluster)
      drainedCost = Math.min(drainedCost, costOfNodes(nodes, cluster))
      this.#tell(`run ${run + 1}: ${nodes.length} nodes are left after draining`)
      await world.remove(names)
      this.#tell('replaying')
      for (const { name } of cluster.nodes) await world.cordon(name, false)
    }
    const { cost, bound, leftOut, claims } = packed!
    const refused = await this.#replay(seeded, claims)
    await world.clear(seeded)
    return { cost, bound, drainedCost, leftOut, refused }
  }

  pack(cluster: Cluster) {
    if (cluster.problems.length > 0) throw new Error(cluster.problems.join('\n'))
    const problem = problemOf(cluster, undefined, ({ labels }) => PRICES[labels[GROUP_LABEL]!]!)
    const packed = pack(new LinearPrograms(problem.problem, this.#solve), problem.present)
    const { cost, bound } = packed
    const leftOut = packed.leftOut.reduce((sum, count) => sum + count, 0)
    this.#tell(`a packing that costs ${cost.toFixed(2)}, and a bound of ${bound.toFixed(2)}`)
    const claims = claimsOf(problem, packed).map(({ pod, node }) => ({
      pod: originalName({ metadata: { name: pod } }),
      node,
    }))
    return { cost, bound, leftOut, claims }
  }

  /** Has the scheduler place all Pods again, each on the node that was claimed for it or on none. */
  async #replay({ pods }: SeededCluster, claims: readonly Claim[]): Promise<string[]> {
    this.#claimed.clear()
    for (const { pod, node } of claims) this.#claimed.set(pod, node)
    const byName = new Map(pods.map((pod) => [pod.metadata.name, pod]))
    await this.#world.create(
      claims.map(({ pod }) => byName.get(pod)!),
      REPLAY,
    )
    const placed = await this.#world.settled(claims.map(({ pod }) => pod))
    return placed.flatMap((pod) => {
      const name = originalName(pod)
      if (pod.spec.nodeName === this.#claimed.get(name)) return []
      return [whyUnschedulable(pod) ?? `${name} is on ${pod.spec.nodeName}, not on ${this.#claimed.get(name)}`]
    })
  }
}
