import type { ExperimentPoint, ExperimentSpec, ExperimentStatus, ExperimentTrial, Goal } from '../api/index.ts'
import { targetsOf } from '../api/index.ts'
import { describeConfiguration } from './configuration.ts'

/** How a trial ended, for people. */
export interface TrialReport {
  readonly number: number
  readonly why: ExperimentTrial['why']
  readonly configuration: string
  readonly costPerHour: number
  /** Of the first latency that is limited; before the limits are known, the mean of the loads by weight. */
  readonly latencyMilliseconds?: number
  /** 0..1 */
  readonly errorShare?: number
  /** Whether it is within every limit; undefined where it says nothing about that. */
  readonly meets: boolean | undefined
  readonly result: string
}

/** A configuration of the front, or the point for a goal. */
export interface PointReport {
  readonly configuration: string
  readonly costPerHour: number
  /** Share of the cost of the baseline that it saves; below 0 it costs more. undefined where no baseline ran. */
  readonly saving: number | undefined
  readonly latencyMilliseconds: { readonly expected: number; readonly low: number; readonly high: number }
  readonly probabilityOfMeeting: number
  readonly runs: number
  /** Goals for which it is the best. */
  readonly goals: readonly Goal[]
}

/** What came of an experiment, for people: text, page and JSON show the same. */
export interface ExperimentReport {
  readonly name: string
  readonly namespace: string
  readonly targets: readonly string[]
  readonly loads: readonly string[]
  readonly phase: string
  readonly message: string | undefined
  /** What the limits are, a sentence each. */
  readonly limits: readonly string[]
  /** The limit of the latency on the second axis, and what it limits. */
  readonly latency: { readonly measure: string; readonly atMost: number } | undefined
  readonly goal: Goal
  readonly startedAt: string | undefined
  readonly endedAt: string | undefined
  readonly baselineCostPerHour: number | undefined
  readonly trials: readonly TrialReport[]
  readonly front: readonly PointReport[]
  readonly points: Readonly<Partial<Record<Goal, PointReport>>>
  readonly verdict: ExperimentStatus['verdict']
  /** The verdict as a sentence. */
  readonly says: string
  /** Fields that somebody changed meanwhile, and that were left as they are. */
  readonly kept: readonly string[]
}

const GOALS: readonly Goal[] = ['savings', 'balanced', 'reliability']

/** @param object an Experiment, as the API server has it */
export function reportOf(object: {
  readonly metadata: { readonly name?: string; readonly namespace?: string | undefined }
  readonly spec: ExperimentSpec
  readonly status?: ExperimentStatus | undefined
}): ExperimentReport {
  const { metadata, spec, status = {} } = object
  const trials = status.trials ?? []
  const baseline = mean(trials.filter(({ why }) => why === 'baseline').map(({ costPerHour }) => costPerHour))
  const points = Object.entries(status.points ?? {}) as [Goal, ExperimentPoint][]
  const goalsOf = (point: ExperimentPoint) =>
    GOALS.filter((goal) => points.some(([of, best]) => of === goal && isSame(best.configuration, point.configuration)))
  const pointOf = (point: ExperimentPoint): PointReport => ({
    configuration: describeConfiguration(point.configuration),
    costPerHour: point.costPerHour,
    saving: baseline === undefined ? undefined : 1 - point.costPerHour / baseline,
    latencyMilliseconds: point.latencyMilliseconds,
    probabilityOfMeeting: point.probabilityOfMeeting,
    runs: point.trials,
    goals: goalsOf(point),
  })
  const latency = status.limits?.find(({ kind }) => kind === 'latency')
  const goal = spec.goal ?? 'balanced'
  const best = GOALS.flatMap((one) => {
    const point = points.find(([name]) => name === one)
    return point ? [[one, pointOf(point[1])] as const] : []
  })
  return {
    ...{ name: metadata.name ?? '', namespace: metadata.namespace ?? '', goal },
    targets: targetsOf(spec).map(({ kind, name }) => `${kind.toLowerCase()}/${name}`),
    loads: spec.loads.map(({ name }) => name),
    ...{ phase: status.phase ?? 'Pending', message: status.message },
    limits: (status.limits ?? []).map(limitText),
    latency: latency && { measure: latency.measure, atMost: latency.atMost },
    ...{ startedAt: status.startedAt, endedAt: status.endedAt, baselineCostPerHour: baseline },
    trials: trials.map((trial) => trialReport(trial, status)),
    front: (status.front ?? []).map(pointOf),
    points: Object.fromEntries(best),
    verdict: status.verdict,
    says: verdictText(status, best.find(([name]) => name === goal)?.[1]),
    kept: status.kept ?? [],
  }
}

/** A trial as a row. */
export function trialReport(trial: ExperimentTrial, { limits = [] }: ExperimentStatus): TrialReport {
  const { number, why, configuration, costPerHour, errorShare, outcome, measured = {} } = trial
  const first = limits.find(({ kind }) => kind === 'latency')
  const latencyMilliseconds = first ? measured[first.measure] : trial.latencyMilliseconds
  const broken = limits.filter(({ measure, atMost }) => (measured[measure] ?? 0) > atMost)
  const isMeasured = outcome === 'completed' && limits.length > 0
  return {
    ...{ number, why, configuration: describeConfiguration(configuration), costPerHour },
    // What a void trial measured says nothing.
    ...(latencyMilliseconds !== undefined && outcome !== 'void' && { latencyMilliseconds }),
    ...(errorShare !== undefined && outcome !== 'void' && { errorShare }),
    meets:
      outcome === 'void' ? undefined : isMeasured ? broken.length === 0 : outcome === 'completed' ? undefined : false,
    result: [resultText(trial, broken), ...(outcome === 'void' ? [] : signalsText(trial))].join('; '),
  }
}

type StatedLimit = NonNullable<ExperimentStatus['limits']>[number]

/** Less throttling than this is noise. */
const WORTH_SAYING = 0.05

const OUTCOMES = {
  aborted: 'far beyond a limit',
  oomKilled: 'OOM-killed',
  unschedulable: 'no node has room',
  failed: 'did not run',
  void: 'void',
} as const

function resultText({ outcome, reason, oomKilled = [] }: ExperimentTrial, broken: readonly StatedLimit[]): string {
  if (outcome === 'oomKilled' && oomKilled.length > 0) return `OOM-killed: ${oomKilled.join(', ')}`
  if (outcome !== 'completed') return reason === undefined ? OUTCOMES[outcome] : `${OUTCOMES[outcome]}: ${reason}`
  if (broken.length === 0) return 'meets the limits'
  return `above the limit: ${broken.map(({ measure }) => measure).join(', ')}`
}

/** The highest share of CPU periods in which limits held back each workload, and what its SLOs say. */
function signalsText({ loads = [] }: ExperimentTrial): string[] {
  const throttled = new Map<string, number>()
  for (const { workload, share } of loads.flatMap((load) => load.throttled ?? []))
    throttled.set(workload, Math.max(share, throttled.get(workload) ?? 0))
  const slos = loads.flatMap((load) => load.slos ?? []).filter(({ total }) => total > 0)
  return [
    ...throttled
      .entries()
      .filter(([, share]) => share >= WORTH_SAYING)
      .map(([workload, share]) => `${workload} throttled ${formatShare(share)} of the time`),
    ...slos.map(
      ({ workload, objective, bad, total, budget }) =>
        `SLO of ${workload}: ${formatShare(bad / total)} bad, ${formatShare(budget)} allowed (${objective})`,
    ),
  ]
}

function limitText({ measure, kind, atMost }: StatedLimit): string {
  return kind === 'latency' ? `${measure} ≤ ${formatMilliseconds(atMost)}` : `${measure} ≤ ${formatShare(atMost)}`
}

const VERDICTS = {
  cheaper: 'A cheaper configuration meets the limits.',
  meetsLimits: 'The baseline does not meet the limits, and another configuration does.',
  noDifference: 'No difference: no configuration that meets the limits is clearly cheaper than the baseline.',
  nothingMeetsLimits: 'No configuration that was tried meets the limits.',
} as const

function verdictText({ verdict, phase, message }: ExperimentStatus, best: PointReport | undefined): string {
  if (phase === 'Refused') return `Refused: ${message ?? 'no reason is given'}`
  if (phase === 'Failed') return `Ended early: ${message ?? 'no reason is given'}`
  if (verdict === undefined) return 'No verdict yet.'
  const saving = best?.saving
  const figures = verdict === 'cheaper' && saving !== undefined ? ` It costs ${Math.round(saving * 100)} % less.` : ''
  return VERDICTS[verdict] + figures
}

export function formatMilliseconds(milliseconds: number): string {
  if (milliseconds >= 10_000) return `${(milliseconds / 1000).toFixed(1)} s`
  return milliseconds >= 100 ? `${Math.round(milliseconds)} ms` : `${Number(milliseconds.toPrecision(2))} ms`
}

/** A price for an hour: small ones keep their figures. */
export function formatCost(price: number): string {
  if (price === 0) return '0'
  return price >= 1 ? price.toFixed(2) : String(Number(price.toPrecision(2)))
}

/** @param share 0..1 */
export function formatShare(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`
}

function isSame(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean {
  return Object.keys(a).every((name) => a[name] === b[name])
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length
}
