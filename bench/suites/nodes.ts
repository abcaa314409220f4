import { loadSolver } from '../../src/solver/index.ts'
import { controlPlaneObstacle } from '../../test/cluster/harness/index.ts'
import { Comparing, type Comparison } from '../../test/cluster/nodes/comparison.ts'
import { seededCluster } from '../../test/cluster/nodes/seeded-cluster.ts'
import { World } from '../../test/cluster/nodes/world.ts'
import { median } from '../median.ts'
import type { Suite } from '../suite.ts'

const SHAPE = { nodes: 200, pods: 2000, hasRules: true }
const SEEDS = Array.from({ length: 10 }, (_, i) => i + 1)
/** The scheduler breaks ties at random: the cheapest of its runs counts. */
const RUNS = 3

export const suite: Suite = {
  about:
    'the nodes that the bill claims for ten clusters of 200 nodes and 2,000 Pods, replayed by the real kube-scheduler',
  options: ['seed', 'runs'],
  async run(tell, { seed, runs = RUNS }) {
    const obstacle = controlPlaneObstacle()
    if (obstacle) return { skipped: obstacle }
    const found = new Map<number, Comparison>()
    const solve = await loadSolver()
    const world = await World.start()
    try {
      const comparing = await Comparing.start(world, solve, (text) => tell(`  ${text}`))
      try {
        for (const one of seed === undefined ? SEEDS : [seed]) {
          tell(`seed ${one}`)
          found.set(one, await comparing.compare(seededCluster(one, SHAPE), runs))
        }
      } finally {
        comparing.close()
      }
    } finally {
      await world.stop()
    }
    const all = [...found.values()]
    const most = (of: (one: Comparison) => number) => Math.max(...all.map(of))
    const rows = [...found].map(
      ([one, { cost, bound, drainedCost, leftOut, refused }]) =>
        `| ${one} | ${cost.toFixed(2)} | ${bound.toFixed(2)} | ${drainedCost.toFixed(2)} | ${leftOut} | ${refused.length} |`,
    )
    return {
      figures: [
        { name: 'Pods that are not where they were claimed', value: most(({ refused }) => refused.length) },
        { name: 'Pods left out', value: most(({ leftOut }) => leftOut) },
        { name: 'cost, of the bound, least', value: -most(({ cost, bound }) => -cost / bound) },
        { name: 'cost, of the bound, median', value: median(all.map(({ cost, bound }) => cost / bound)) },
        { name: 'cost, of that after draining, most', value: most(({ cost, drainedCost }) => cost / drainedCost) },
      ],
      notes: [
        '| seed | cost | bound | after draining | Pods left out | refused |',
        '|---|---|---|---|---|---|',
        ...rows,
        ...all.flatMap(({ refused }) => refused),
      ],
    }
  },
}
