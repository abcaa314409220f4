import { type Goal, Goal as Goals } from '../api/index.ts'
import type { ResourceName } from '../resources/index.ts'
import { workloadKey } from '../workloads/index.ts'
import { amounts, KEYS, sumOfKnown } from './amounts.ts'
import { autoscaledInsight } from './autoscaled.ts'
import type { WorkloadFacts } from './facts.ts'
import { idleOf } from './idle.ts'
import type {
  Amounts,
  AutoscaledInsight,
  Change,
  Confidence,
  ContainerInsight,
  GoalInsight,
  Money,
  Price,
  PriceTable,
  RecommendationInsight,
  Reserved,
  Trend,
  WorkloadInsight,
} from './model.ts'
import { costPerMonth, meanPrice } from './prices.ts'
import { byUrgency, risksOf } from './risks.ts'
import { type Studied, type StudyContext, study } from './study.ts'
import { weeklyChange } from './uses.ts'
import { waitingOf } from './waiting.ts'
import { requestsBy, requestsOf, summed, times } from './workload-requests.ts'

/** Facts that concern the whole fleet. */
export interface FleetContext extends Pick<StudyContext, 'usage' | 'goal'> {
  readonly prices: PriceTable
  readonly nowSeconds: number
}

/** Computes the insight into one workload. */
export function workloadInsight(facts: WorkloadFacts, context: FleetContext): WorkloadInsight {
  const { workload, pods, mode, criticality, recommendation } = facts
  const status = recommendation?.status
  const goal = status?.learned?.goal ?? facts.goal ?? context.goal
  const studied = facts.containers.map((one) => study(one, { goal, status, usage: context.usage }))
  const price = meanPrice(context.prices, facts.prices ?? [])
  const { authors, reserved, learned, then } = requestsBy(studied, pods)
  const goals = goalsOf(studied, pods, price)
  // In money, a resource about which nothing is known counts as what it has now.
  const money = moneyOf({ authors, reserved, learned: then }, price)
  const waiting = waitingOf(facts, context.nowSeconds)
  const confidence = lowestOf(studied)
  const idle = idleOf(facts, context.usage)
  return {
    key: workloadKey(workload),
    ...workload,
    ...(pods !== undefined && { pods }),
    ...(mode && { mode }),
    goal,
    ...(criticality && { criticality }),
    ...(recommendation && { recommendation: recommendationOf(recommendation) }),
    price,
    ...{ authors, reserved, learned, money, goals },
    used: usedBy(studied, pods, context),
    risks: studied.flatMap(risksOf).sort(byUrgency),
    ...(confidence && { confidence }),
    ...(waiting && { waiting }),
    ...(status?.slos && { slos: status.slos }),
    ...(facts.slosOverTime && { slosOverTime: facts.slosOverTime }),
    trend: trendOf(studied, { reserved, price }, context),
    ...(facts.hpa && {
      autoscaled: autoscaledInsight(facts.hpa, studied, {
        minimum: minimumOf(studied, facts.hpa.minReplicas, price),
        ...{ price, slos: status?.slos ?? [], stepSeconds: context.usage.stepSeconds },
      }),
    }),
    ...(idle && { idle }),
    containers: studied.map(containerInsight),
  }
}

/** Sum over the containers whose usage is known: a part is better than nothing. */
function usedBy(studied: readonly Studied[], pods: number | undefined, { usage }: FleetContext): Amounts {
  const spanSeconds = Math.max(usage.stepSeconds, usage.toSeconds - usage.fromSeconds)
  const sum = (resource: ResourceName) =>
    sumOfKnown(
      studied.map(({ samples, facts }) => {
        const its = samples[resource]
        if (!its) {
          const moment = facts.momentary?.[KEYS[resource]]
          return moment === undefined ? undefined : times(moment, pods)
        }
        return pods === undefined ? (its.mean * its.sorted.length * usage.stepSeconds) / spanSeconds : its.mean * pods
      }),
    )
  return amounts(sum('cpu'), sum('memory'))
}

function goalsOf(studied: readonly Studied[], pods: number | undefined, price: Price): WorkloadInsight['goals'] {
  const entries = Goals.options.flatMap((goal): [Goal, GoalInsight][] => {
    const each = studied.map(({ goals }) => goals[goal])
    if (!each.some(({ isLearned }) => isLearned)) return []
    const all = requestsOf(each, pods)
    const perMonth = cost(all, price)
    const above = each.flatMap(({ cpuAboveShare }) => cpuAboveShare ?? [])
    const chances = each.flatMap(({ oomDayChance }) => oomDayChance ?? [])
    return [
      [
        goal,
        {
          ...all,
          ...(perMonth !== undefined && { perMonth }),
          ...(above.length > 0 && { cpuAboveShare: Math.max(...above) }),
          ...(chances.length > 0 && { oomDayChance: 1 - chances.reduce((none, chance) => none * (1 - chance), 1) }),
        },
      ],
    ]
  })
  return Object.fromEntries(entries)
}

/** What this many Pods reserve, with the requests that they have and with the learned ones. */
function minimumOf(studied: readonly Studied[], pods: number, price: Price): AutoscaledInsight['minimum'] {
  const priced = (all: Amounts): Reserved => {
    const perMonth = cost(all, price)
    return { ...all, ...(perMonth !== undefined && { perMonth }) }
  }
  const now = summed(studied, ({ facts }, resource) => facts.now && times(facts.now[resource].request ?? 0, pods))
  const asked = studied.map((one) => one.asked)
  const isLearned = asked.some((one) => one.isLearned)
  return { now: priced(now), ...(isLearned && { learned: priced(requestsOf(asked, pods)) }) }
}

function moneyOf(
  { authors, reserved, learned }: Pick<WorkloadInsight, 'authors' | 'reserved' | 'learned'>,
  price: Price,
): Money {
  const [written, now, then] = [authors, reserved, learned].map((all) => cost(all, price))
  return {
    ...(written !== undefined && { authors: written }),
    ...(now !== undefined && { now }),
    ...(then !== undefined && { learned: then }),
    ...(written !== undefined && now !== undefined && { savedSoFar: written - now }),
    ...(now !== undefined && then !== undefined && { stillToSave: now - then }),
  }
}

function cost({ cpuCores, memoryBytes }: Amounts, price: Price): number | undefined {
  return cpuCores === undefined || memoryBytes === undefined ? undefined : costPerMonth(cpuCores, memoryBytes, price)
}

/** Undefined if nothing is known about CPU or memory of a container: nobody can be sure of the other alone. */
function lowestOf(studied: readonly Studied[]): Confidence | undefined {
  if (studied.some(({ asked: { isLearned, isKnown } }) => isLearned && !(isKnown.cpu && isKnown.memory)))
    return undefined
  const all = studied.flatMap(({ resources: { cpu, memory } }) =>
    [cpu.confidence ?? [], memory.confidence ?? []].flat(),
  )
  return all.reduce<Confidence | undefined>(
    (lowest, one) => (lowest && lowest.value <= one.value ? lowest : one),
    undefined,
  )
}

function recommendationOf({ name, status }: NonNullable<WorkloadFacts['recommendation']>): RecommendationInsight {
  const { state, learned, applied, pending } = status
  return {
    name,
    ...(state && { state }),
    ...(learned && { learned: learned.revision }),
    ...(applied && { applied: applied.revision }),
    ...(pending && { pending: pending.revision }),
  }
}

function trendOf(
  studied: readonly Studied[],
  { reserved, price }: { readonly reserved: Amounts; readonly price: Price },
  { usage }: FleetContext,
): Trend {
  const used = (resource: ResourceName): Change | undefined => {
    const all = studied.flatMap(
      ({ samples }) => (samples[resource] && weeklyChange(samples[resource], usage.stepSeconds)) ?? [],
    )
    return all.length === 0
      ? undefined
      : all.reduce((sum, one) => ({ now: sum.now + one.now, before: sum.before + one.before }))
  }
  const before = summed(studied, ({ facts: { reservedBefore } }, resource) => reservedBefore?.[KEYS[resource]])
  const change = (now: number | undefined, then: number | undefined): Change | undefined =>
    now === undefined || then === undefined ? undefined : { now, before: then }
  const [cpuUsed, memoryUsed] = [used('cpu'), used('memory')]
  const cpuReserved = change(reserved.cpuCores, before.cpuCores)
  const memoryReserved = change(reserved.memoryBytes, before.memoryBytes)
  const perMonth = change(cost(reserved, price), cost(before, price))
  return {
    ...(cpuUsed && { cpuUsedCores: cpuUsed }),
    ...(memoryUsed && { memoryUsedBytes: memoryUsed }),
    ...(cpuReserved && { cpuReservedCores: cpuReserved }),
    ...(memoryReserved && { memoryReservedBytes: memoryReserved }),
    ...(perMonth && { perMonth }),
  }
}

function containerInsight({ facts, resources }: Studied): ContainerInsight {
  const { name, oomKills, restarts, throttledShare, usage } = facts
  return {
    name,
    cpuCores: resources.cpu,
    memoryBytes: resources.memory,
    ...(oomKills !== undefined && { oomKills }),
    ...(restarts !== undefined && { restarts }),
    ...(throttledShare !== undefined && { throttledShare }),
    ...(usage && { samples: usage.length }),
  }
}
