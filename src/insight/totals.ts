import { type Goal, Goal as Goals } from '../api/index.ts'
import { amounts, sumOfKnown } from './amounts.ts'
import type { Amounts, Change, GoalInsight, Money, Severity, Totals, Trend, WorkloadInsight } from './model.ts'
import { SEVERITIES } from './risk-codes.ts'

/** Sums over some workloads. */
export function totalsOf(workloads: readonly WorkloadInsight[]): Totals {
  const sum = (of: (one: WorkloadInsight) => number | undefined) => sumOfKnown(workloads.map(of))
  const both = (of: (one: WorkloadInsight) => Amounts) =>
    amounts(
      sum((one) => of(one).cpuCores),
      sum((one) => of(one).memoryBytes),
    )
  const worst = workloads.map(({ risks }) => risks[0]?.severity)
  return {
    workloads: workloads.length,
    learnedOf: workloads.filter(({ goals }) => Object.keys(goals).length > 0).length,
    pods: sum(({ pods }) => pods) ?? 0,
    authors: both(({ authors }) => authors),
    reserved: both(({ reserved }) => reserved),
    used: both(({ used }) => used),
    learned: both(({ learned }) => learned),
    money: moneyOf(workloads),
    risks: Object.fromEntries(
      SEVERITIES.map((severity) => [severity, worst.filter((one) => one === severity).length]),
    ) as Record<Severity, number>,
    waiting: workloads.filter(({ waiting }) => waiting).length,
    trend: trendOf(workloads),
    goals: Object.fromEntries(
      Goals.options.flatMap((goal) => {
        const total = goalOf(workloads, goal)
        return total ? [[goal, total]] : []
      }),
    ),
  }
}

/**
 * A workload for which nothing was learned counts as it is now, so that `savedSoFar + stillToSave = authors − learned` holds for
 * the sums, too.
 */
function moneyOf(workloads: readonly WorkloadInsight[]): Money {
  const known = workloads.filter(({ money }) => money.now !== undefined)
  if (known.length === 0) {
    const learned = sumOfKnown(workloads.map(({ money }) => money.learned))
    return learned === undefined ? {} : { learned }
  }
  const sum = (of: (money: Money & { readonly now: number }) => number) =>
    known.reduce((total, { money }) => total + of(money as Money & { readonly now: number }), 0)
  const now = sum((money) => money.now)
  const authors = sum((money) => money.authors ?? money.now)
  const learned = sum((money) => money.learned ?? money.now)
  return { authors, now, learned, savedSoFar: authors - now, stillToSave: now - learned }
}

const CHANGES = ['cpuUsedCores', 'memoryUsedBytes', 'cpuReservedCores', 'memoryReservedBytes', 'perMonth'] as const

function trendOf(workloads: readonly WorkloadInsight[]): Trend {
  const entries = CHANGES.flatMap((field): [string, Change][] => {
    const known = workloads.flatMap(({ trend }) => trend[field] ?? [])
    if (known.length === 0) return []
    return [[field, known.reduce((sum, one) => ({ now: sum.now + one.now, before: sum.before + one.before }))]]
  })
  return Object.fromEntries(entries)
}

function goalOf(workloads: readonly WorkloadInsight[], goal: Goal): GoalInsight | undefined {
  const learned = workloads.flatMap(({ goals }) => goals[goal] ?? [])
  if (learned.length === 0) return undefined
  const sum = (of: (one: WorkloadInsight) => number | undefined) => sumOfKnown(workloads.map(of))
  const perMonth = sum(({ goals, money }) => goals[goal]?.perMonth ?? money.now)
  const above = meanOf(learned.flatMap(({ cpuAboveShare }) => cpuAboveShare ?? []))
  const chance = meanOf(learned.flatMap(({ oomDayChance }) => oomDayChance ?? []))
  return {
    ...amounts(
      sum(({ goals, reserved }) => goals[goal]?.cpuCores ?? reserved.cpuCores),
      sum(({ goals, reserved }) => goals[goal]?.memoryBytes ?? reserved.memoryBytes),
    ),
    ...(perMonth !== undefined && { perMonth }),
    ...(above !== undefined && { cpuAboveShare: above }),
    ...(chance !== undefined && { oomDayChance: chance }),
  }
}

function meanOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length
}
