import { type ContainerRecommendation, Goal } from '../api/index.ts'
import { learnAll } from '../backtest/index.ts'
import type { OomKill, UsageColumns } from '../history/index.ts'
import { MINIMUM_HISTORY, type MinimumHistory } from '../learner/index.ts'
import { type ContainerUsage, containerUsage, type Decision, type Score, Scorer } from '../scoring/index.ts'
import type { ContainerFacts } from './facts.ts'
import type { Fared, FaredInsight } from './model.ts'

/** One decision a day, as the learner makes in a cluster. */
const CADENCE = '24h'
const CADENCE_SECONDS = 86_400

export interface LookBackOptions {
  /** Seconds between two samples of a Pod. */
  readonly stepSeconds: number
  /** History below which nothing is recommended for a container; the learner's own minimum if absent. */
  readonly minimumHistory?: MinimumHistory
  readonly oomKills?: readonly OomKill[]
  /** Decisions to judge as well: those that each container had, in order of time. */
  readonly decisions?: ReadonlyMap<UsageColumns, readonly Decision[]>
  /** Called during the work, with the share that is done (0..1) and what is being done. */
  readonly onProgress?: (share: number, doing: string) => void
}

export interface LookBack {
  /** What the history shows about each container. */
  readonly facts: ReadonlyMap<UsageColumns, Pick<ContainerFacts, 'learned' | 'replayedAbove'>>
  /** How the decisions fared; undefined if no container has a day to be judged by after its first week. */
  readonly fared: FaredInsight | undefined
}

/**
 * Replays a history through the learner for each goal, and judges its decisions: returns what the learner would decide now, and
 * how far that can be trusted.
 *
 * @param history each container's usage, at least one sample, in order of time
 */
export function lookBack(history: readonly UsageColumns[], options: LookBackOptions): LookBack {
  const { stepSeconds, minimumHistory = MINIMUM_HISTORY, oomKills = [], decisions, onProgress = () => {} } = options
  const usage = new Map(history.map((columns) => [columns, containerUsage(columns)]))
  const columnsOf = new Map([...usage].map(([columns, its]) => [its, columns]))
  const scorer = new Scorer([...usage.values()], { cadenceSeconds: CADENCE_SECONDS, stepSeconds })
  const score = (of: (columns: UsageColumns) => readonly Decision[], goal?: Goal) =>
    scorer.score((its: ContainerUsage) => of(columnsOf.get(its)!), goal)

  const learned = new Map<UsageColumns, Partial<Record<Goal, ContainerRecommendation>>>()
  const above = new Map<UsageColumns, Partial<Record<Goal, number>>>()
  const goals: Partial<Record<Goal, Fared>> = {}
  for (const [i, goal] of Goal.options.entries()) {
    const count = Goal.options.length
    const tell = (share: number) => onProgress((i + share) / count, `learning for ${goal}`)
    const all = learnAll(history, { cadence: CADENCE, goal, oomKills, onProgress: tell })
    for (const [columns, { newest }] of all)
      if (newest && isEnough(columns, minimumHistory)) put(learned, columns, goal, newest)
    if (scorer.judged.length === 0) continue
    const replayed = score((columns) => all.get(columns)!.decisions, goal)
    goals[goal] = faredOf(replayed)
    for (const { judged, cpu } of replayed.each)
      put(above, columnsOf.get(judged.usage)!, goal, cpu.samplesAbove / cpu.samples)
  }
  onProgress(1, 'done')
  const facts = history.map((columns) => {
    const [its, shares] = [learned.get(columns), above.get(columns)]
    return [columns, { ...(its && { learned: its }), ...(shares && { replayedAbove: shares }) }] as const
  })
  if (scorer.judged.length === 0) return { facts: new Map(facts), fared: undefined }
  const handed = decisions && faredOf(score((columns) => decisions.get(columns) ?? []))
  return {
    facts: new Map(facts),
    fared: { goals: goals as Record<Goal, Fared>, ...(handed && { decisions: handed }) },
  }
}

function put<T>(into: Map<UsageColumns, Partial<Record<Goal, T>>>, columns: UsageColumns, goal: Goal, value: T): void {
  into.set(columns, { ...into.get(columns), [goal]: value })
}

function isEnough(columns: UsageColumns, { seconds, samples }: MinimumHistory): boolean {
  return columns.length >= samples && columns.secondsAt(columns.length - 1) - columns.secondsAt(0) >= seconds
}

function faredOf({ containers, containerDays, cpu, memory, each }: Score): Fared {
  const sum = (of: (one: Score['each'][number]) => number) => each.reduce((total, one) => total + of(one), 0)
  const days = sum(({ memory }) => memory.days)
  const oomDays = sum(({ memory }) => memory.oomDays)
  return {
    containers,
    containerDays,
    cpuUsedCoreDays: cpu.usedCoreDays,
    cpuReservedCoreDays: cpu.reservedCoreDays,
    cpuShortShare: cpu.shortShare,
    memoryUsedGibDays: memory.usedGibDays,
    memoryReservedGibDays: memory.reservedGibDays,
    oomDays,
    oomDayShare: days === 0 ? 0 : oomDays / days,
  }
}
