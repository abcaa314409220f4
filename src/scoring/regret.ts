import type { Goal } from '../api/index.ts'
import type { Fared, Measured } from './measure.ts'
import { ABOVE_REQUEST, PRICES, ROOM } from './prices.ts'

/**
 * Cost divided by the cost of hindsight, which reserves exactly the peak until the next decision: 1 is as good as hindsight.
 * `fleet` compares the whole bill, `typical` is the geometric mean over the containers (so that ten large ones do not dominate),
 * and `composite` is the geometric mean of both.
 */
export interface Regret {
  readonly composite: number
  readonly fleet: number
  readonly typical: number
}

export function regret(each: readonly Measured[], goal: Goal): { readonly cpu: Regret; readonly memory: Regret } {
  const { use, oomDay } = PRICES[goal]
  const shared = ({ priced, short }: Fared) => priced + use * short
  return {
    cpu: over(each.map(({ cpu }) => [shared(cpu), cpu.oracle])),
    memory: over(
      each.map(({ memory }) => {
        const days = oomDay * (memory.oomDayBytes + ABOVE_REQUEST * memory.riskDayBytes)
        return [shared(memory) + days + ROOM.price * memory.room, memory.oracle]
      }),
    ),
  }
}

function over(costs: readonly (readonly [cost: number, oracle: number])[]): Regret {
  let [cost, oracle, logs] = [0, 0, 0]
  for (const [itsCost, itsOracle] of costs) {
    cost += itsCost
    oracle += itsOracle
    logs += Math.log(Math.max(itsCost, 1e-12) / itsOracle)
  }
  const fleet = cost / oracle
  const typical = Math.exp(logs / costs.length)
  return { composite: Math.sqrt(fleet * typical), fleet, typical }
}
