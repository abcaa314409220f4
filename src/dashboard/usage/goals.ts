import { type ContainerRecommendation, Goal } from '../../api/index.ts'
import { type TimeWindow, UsageColumns, type UsageSample } from '../../history/index.ts'
import { fleetInsight, type Goals, type WorkloadInsight } from '../../insight/index.ts'
import type { Advised } from './advice.ts'

/** What each goal would reserve, cost and risk for a workload, computed from its usage. */
export function goalsOf(
  { namespace, kind, name, pods, goal, price, containers }: WorkloadInsight,
  samples: readonly UsageSample[],
  { latest, above, plots }: Advised,
  { fromSeconds, toSeconds }: TimeWindow,
): Goals {
  const known = containers.filter((container) => plots.has(container.name))
  const facts = known.map((container) => {
    const { cpuCores: cpu, memoryBytes: memory } = container
    return {
      name: container.name,
      ...(cpu.author && memory.author && { author: { cpu: cpu.author, memory: memory.author } }),
      ...(cpu.now && memory.now && { now: { cpu: cpu.now, memory: memory.now } }),
      usage: columnsOf(samples, container.name),
      learned: byGoal((goal) => latest[goal].find((one) => one.name === container.name)),
      replayedAbove: byGoal((goal) => above(container.name, goal)),
    }
  })
  const [insight] = fleetInsight({
    timeSeconds: toSeconds,
    window: { from: isoOf(fromSeconds), to: isoOf(toSeconds), stepSeconds: 60 },
    prices: { currency: 'USD', ...price, pools: [], nodes: [] },
    ...{ sources: [], notes: [], goal },
    workloads: [{ workload: { namespace, kind, name }, goal, containers: facts, ...(pods !== undefined && { pods }) }],
  }).workloads
  return insight?.goals ?? {}
}

function byGoal<T extends ContainerRecommendation | number>(
  of: (goal: Goal) => T | undefined,
): Partial<Record<Goal, T>> {
  return Object.fromEntries(
    Goal.options.flatMap((goal) => {
      const value = of(goal)
      return value === undefined ? [] : [[goal, value]]
    }),
  ) as Partial<Record<Goal, T>>
}

function columnsOf(samples: readonly UsageSample[], name: string): UsageColumns {
  const own = samples.filter(({ container }) => container.container === name)
  const columns = new UsageColumns(own[0]!.container)
  for (const sample of own) columns.add(sample)
  return columns
}

function isoOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}
