import type { ContainerRecommendation, Goal, ResourceEvidence, ResourceRecommendation } from '../api/index.ts'
import { cpuQuantity, parseQuantity, toNumber } from '../resources/index.ts'
import type { CpuState } from '../slos/index.ts'
import { GOAL_PRICES } from './goals.ts'
import type { Prices } from './prices.ts'

/** What a latency objective requires of one container. */
export interface SloTerms {
  /** The objective for people: `95 % of requests below 250 ms`. */
  readonly text: string
  readonly state: CpuState
  /** Share of bad requests in the last window, 0..1; undefined before the first. */
  readonly badShare: number | undefined
  /** The lowest CPU request and limit of a Pod with which it is expected to be met, in cores; 0 if any will do. */
  readonly request: number
  readonly limit: number
}

/** The next cheaper goal: an SLO lowers the price of a CPU shortage at most to that of this goal. */
const EASED: Readonly<Record<Goal, Goal>> = { savings: 'savings', balanced: 'savings', reliability: 'balanced' }

/**
 * The prices if an SLO has plenty of room: the price of CPU used above the request falls to that of the next cheaper goal, and
 * everything else stays the same.
 */
export function pricesWithRoom(goal: Goal): Prices {
  return EASED_PRICES[goal]
}

const EASED_PRICES: Readonly<Record<Goal, Prices>> = {
  savings: eased('savings'),
  balanced: eased('balanced'),
  reliability: eased('reliability'),
}

function eased(goal: Goal): Prices {
  const { cpu, memory } = GOAL_PRICES[goal]
  return { cpu: { ...cpu, shortfall: GOAL_PRICES[EASED[goal]].cpu.shortfall }, memory }
}

/**
 * Raises the CPU of a recommendation to what an SLO needs, and describes that in the evidence. Below that, a lack of CPU makes users
 * wait, which costs more than the price of any goal. Memory stays the same.
 */
export function withSlo(container: ContainerRecommendation, terms: SloTerms | undefined): ContainerRecommendation {
  const { cpu, evidence } = container
  if (!terms || !cpu || !evidence?.cpu) return container
  const alone = coresOf(cpu.request)
  const request = Math.max(alone, terms.request)
  const limit = Math.max(request, terms.limit, cpu.limit === undefined ? 0 : coresOf(cpu.limit))
  const isRaised = request > alone || limit > coresOf(cpu.limit ?? '0')
  const raised: ResourceRecommendation = isRaised
    ? { ...cpu, request: cpuQuantity(request), limit: cpuQuantity(limit) }
    : cpu
  const figures = { ...evidence.cpu, ...costOf(evidence.cpu, request - alone), slo: evidenceOf(terms, cpu, raised) }
  return { ...container, cpu: raised, evidence: { ...evidence, cpu: figures } }
}

/** The added reservation costs as much; the lower cost of a smaller shortage is ignored. */
function costOf({ cost }: ResourceEvidence, more: number): Pick<ResourceEvidence, 'cost'> {
  return cost === undefined || more === 0 ? {} : { cost: cpuQuantity(coresOf(cost) + more) }
}

function evidenceOf(
  { text, state, badShare = 0 }: SloTerms,
  alone: ResourceRecommendation,
  raised: ResourceRecommendation,
): NonNullable<ResourceEvidence['slo']> {
  const goalAlone = alone.request
  const says = (what: string) => `${text.slice(0, MOST_TEXT)}${what}`
  if (state === 'unhelped') {
    const bad = `${(badShare * 100).toPrecision(2)} %`
    return { state: 'MoreCpuDoesNotHelp', goalAlone, says: says(`: ${bad} are not, and more CPU does not help`) }
  }
  if (raised.request !== alone.request) {
    const takes = raised.request
    return {
      state: 'TakesMore',
      goalAlone,
      takes,
      says: says(` needs ${takes}; the goal alone would request ${goalAlone}`),
    }
  }
  if (raised.limit !== alone.limit) {
    const takes = raised.limit!
    return {
      state: 'TakesMore',
      goalAlone,
      takes,
      says: says(` needs a limit of ${takes}; the goal requests ${goalAlone}`),
    }
  }
  if (state === 'learning') {
    return {
      state: 'Learning',
      goalAlone,
      says: says(': until it is known how much CPU that needs, nothing is lowered'),
    }
  }
  return { state: 'GoalSuffices', goalAlone, says: says(`: what the goal requests (${goalAlone}) is enough`) }
}

/** Length of an objective's text that leaves room for the rest. */
const MOST_TEXT = 100

function coresOf(quantity: string): number {
  return toNumber(parseQuantity(quantity)!)
}
