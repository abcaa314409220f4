import { playFleet, type SimulatedFleet, type Sized } from '../node-classes/fleet.ts'
import type { Suite } from '../suite.ts'

const SEEDS = 20
const FLEETS: readonly (Omit<SimulatedFleet, 'seed' | 'learnsDays'> & { readonly name: string })[] = [
  { name: 'demand follows the node', nodes: 60, days: 8, followsNode: true, unexplained: 0 },
  { name: 'demand follows the node, and 20 % is unexplained', nodes: 60, days: 8, followsNode: true, unexplained: 0.2 },
  { name: 'demand does not depend on the node', nodes: 60, days: 8, followsNode: false, unexplained: 0 },
  { name: 'nodes differ without a reason', nodes: 60, days: 8, followsNode: false, unexplained: 0.2 },
  { name: 'ten nodes differ without a reason', nodes: 10, days: 8, followsNode: false, unexplained: 0.2 },
]

/** What sizes by class of node are worth to a DaemonSet, and that nothing is split without a reason. */
export const suite: Suite = {
  about: 'reserved CPU and memory of a simulated DaemonSet by class of node, beside one size for all',
  async run(tell) {
    const figures = FLEETS.flatMap(({ name, ...fleet }) => {
      tell(name)
      const played = Array.from({ length: SEEDS }, (_, seed) => playFleet({ ...fleet, learnsDays: 4, seed }))
      const ratio = (of: (sized: Sized) => number) => {
        const sum = (way: 'byClass' | 'oneSize') => played.reduce((total, one) => total + of(one[way]), 0)
        return sum('byClass') / sum('oneSize')
      }
      const isSplit = {
        name: `${name}: share of fleets that are split`,
        value: played.filter(({ byClass }) => byClass.keys.size > 1).length / SEEDS,
      }
      if (!fleet.followsNode) return isSplit
      return [
        { name: `${name}: reserved CPU, of one size`, value: ratio(({ reservedCores }) => reservedCores) },
        { name: `${name}: reserved memory, of one size`, value: ratio(({ reservedBytes }) => reservedBytes) },
        { name: `${name}: CPU short, of one size`, value: ratio(({ shortCores }) => shortCores) },
        { name: `${name}: node-days above the memory limit, more than with one size`, value: moreOom(played) },
        isSplit,
      ]
    })
    return { figures, notes: [] }
  },
}

function moreOom(played: readonly ReturnType<typeof playFleet>[]): number {
  return played.reduce((sum, { oneSize, byClass }) => sum + byClass.oomDays - oneSize.oomDays, 0)
}
