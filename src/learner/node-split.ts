import { cpuCosts, type DemandWeights, memoryCosts } from './expected-cost.ts'
import { cheapest } from './memory-risk.ts'
import type { Halves, NodeDemand } from './node-demand.ts'
import type { Prices } from './prices.ts'

/** A split must cost this much less than one size for all, as a share. */
const WORTHWHILE = 0.1
/** A split that is in force stays while it costs this much less. */
const WORTH_KEEPING = 0.03
/** Traits that cost nearly the same tell the same nodes apart: the first one is chosen, or the one in force. */
const ALIKE = 0.03

const COSTS = [cpuCosts, memoryCosts] as const

/**
 * Chooses the trait by whose classes a container of a DaemonSet is sized. A split counts only where it pays on nodes that it was not
 * made from: requests are chosen by one half of the nodes, and cost what they cost on the other half. So noise of single nodes, or of
 * classes that have hardly any nodes, does not lead to a split.
 *
 * @param current the trait in force; undefined if it has one size for all
 * @returns undefined if one size for all is the best choice; `current` while not even a day is known
 */
export function chooseTrait(demand: NodeDemand, prices: Prices, current: string | undefined): string | undefined {
  if (demand.days === 0) return current
  const shares = [...demand.traits()].map(([trait, classes]) => ({ trait, share: costShare(demand, classes, prices) }))
  const least = Math.min(1, ...shares.map(({ share }) => share))
  const alike = shares.filter(({ share }) => share <= least + ALIKE)
  const found = alike.find(({ trait }) => trait === current) ?? alike[0]
  if (!found) return undefined
  return found.share <= 1 - (found.trait === current ? WORTH_KEEPING : WORTHWHILE) ? found.trait : undefined
}

/**
 * Expected cost of a split relative to one size for all, of CPU and of memory on average; 1 if they cost the same.
 *
 * @param classes demand by class; nodes of no class are sized as all are
 */
function costShare({ all }: Pick<NodeDemand, 'all'>, classes: ReadonlyMap<string, Halves>, prices: Prices): number {
  const shares = COSTS.flatMap((costs) => {
    let [together, split] = [0, 0]
    for (const [train, test] of [[0, 1] as const, [1, 0] as const]) {
      const common = cheapest(costs(all[train], prices))
      const onTest = costs(all[test], prices)[common]!
      together += onTest
      // A class that is known in one half only gets what all get.
      split += onTest
      for (const halves of classes.values()) {
        if (!isKnown(halves)) continue
        const tested = costs(halves[test], prices)
        split += tested[cheapest(costs(halves[train], prices))]! - tested[common]!
      }
    }
    return together > 0 ? [split / together] : []
  })
  return shares.length > 0 ? shares.reduce((sum, share) => sum + share) / shares.length : 1
}

function isKnown([one, other]: Halves): boolean {
  const has = ({ cpu }: DemandWeights) => cpu.some((weight) => weight > 0)
  return has(one) && has(other)
}
