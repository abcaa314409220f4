import type { Goal } from '../../src/api/index.ts'
import { decisionOf, MINIMUM_HISTORY, replay } from '../../src/backtest/index.ts'
import { UsageColumns } from '../../src/history/index.ts'
import { createLearner, GOAL_PRICES, type Learner } from '../../src/learner/index.ts'
import { CalibrationRecord, containerUsage, type Decision } from '../../src/scoring/index.ts'

const DAY_SECONDS = 86_400
/** How long the first version runs, and for how long after that decisions are judged: until the new version is proven. */
const SEAM_DAYS = 21
const JUDGED_DAYS = 7
const STEP_SECONDS = 300

/** A confidence that was stated, and whether its decision held. */
export interface Spoken {
  /** Whole days since the version changed. */
  readonly day: number
  readonly said: number
  readonly held: boolean
}

/**
 * What was said of the CPU of new versions, and what came of it: half of the histories, each continued after three weeks by
 * another one, as if that were a new version of it. Each is unlike the old one, so this is the worst case.
 */
export function afterNewVersions(history: readonly UsageColumns[], goal: Goal): Spoken[] {
  const spliced = splice(history)
  const seams = new Map(spliced.map((one) => [one.container.workload.name, one.secondsAt(0) + SEAM_DAYS * DAY_SECONDS]))
  const learner = createLearner({ minimumHistory: MINIMUM_HISTORY })
  const telling: Learner = Object.create(learner, {
    observe: { value: learner.observe.bind(learner) },
    decide: {
      value: (...[workload, atSeconds, terms]: Parameters<Learner['decide']>) => {
        const container = spliced.find((one) => one.container.workload.name === workload.name)!.container
        const image = atSeconds < seams.get(workload.name)! ? 'app:1' : 'app:2'
        learner.observeVersion(container, image, atSeconds)
        return learner.decide(workload, atSeconds, terms)
      },
    },
  })
  const spoken: Spoken[] = []
  const terms = { prices: GOAL_PRICES[goal], cadence: '24h' } as const
  for (const { usage, atSeconds, recommendation } of replay(spliced, telling, terms)) {
    const seam = seams.get(usage.container.workload.name)!
    const decision = decisionOf(recommendation, atSeconds)
    if (!decision || atSeconds < seam || atSeconds >= seam + JUDGED_DAYS * DAY_SECONDS) continue
    spoken.push(...judge(usage, decision, goal, Math.floor((atSeconds - seam) / DAY_SECONDS)))
  }
  return spoken
}

function judge(usage: UsageColumns, decision: Decision, goal: Goal, day: number): Spoken[] {
  const record = new CalibrationRecord(goal, STEP_SECONDS)
  record.add(usages.get(usage) ?? remember(usage), [decision])
  return record.cpu ? [{ day, said: decision.cpuConfidence, held: record.cpu.held === 1 }] : []
}

const usages = new WeakMap<UsageColumns, ReturnType<typeof containerUsage>>()

function remember(usage: UsageColumns) {
  const known = containerUsage(usage)
  usages.set(usage, known)
  return known
}

/** Each history until the seam, and from then on the one that is half of all further on. */
function splice(history: readonly UsageColumns[]): UsageColumns[] {
  return history.map((before, i) => {
    const after = history[(i + Math.floor(history.length / 2)) % history.length]!
    const spliced = new UsageColumns(before.container)
    const seam = before.secondsAt(0) + SEAM_DAYS * DAY_SECONDS
    for (let at = 0; at < before.length && before.secondsAt(at) < seam; at++) spliced.add(before.sampleAt(at))
    const end = seam + (JUDGED_DAYS + 1) * DAY_SECONDS
    for (let at = 0; at < after.length && after.secondsAt(at) < end; at++)
      if (after.secondsAt(at) >= seam) spliced.add({ ...after.sampleAt(at), container: before.container })
    return spliced
  })
}

/** Calibration error of what was said, in ten bins of equal width. */
export function errorOf(spoken: readonly Spoken[]): number {
  const gaps = Array<number>(10).fill(0)
  for (const { said, held } of spoken) gaps[Math.min(9, Math.floor(said * 10))]! += said - (held ? 1 : 0)
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / spoken.length
}
