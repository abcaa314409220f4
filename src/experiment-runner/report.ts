import {
  DEFAULT_TRIALS,
  type ExperimentCondition,
  type ExperimentPoint,
  type ExperimentSpec,
  type ExperimentStatus,
  targetsOf,
} from '../api/index.ts'
import {
  baselineOf,
  type Experiment,
  hourlyCost,
  type Summary,
  summarize,
  type TriedPoint,
} from '../experiments/index.ts'
import type { Limits } from './limits.ts'
import { trialsOf } from './problem.ts'

/** Reason of an experiment that left some of its values behind. */
export const NOT_RESTORED = 'NotRestored'

type Report = Pick<ExperimentStatus, 'front' | 'points' | 'verdict' | 'summary' | 'limits'>

/** The results of the trials so far, as stored and shown. */
export function reportOf(
  spec: ExperimentSpec,
  { trials = [], phase }: ExperimentStatus,
  { experiment, limits }: { readonly experiment: Experiment; readonly limits: Limits },
): Report {
  const counted = trials.filter(({ outcome }) => outcome !== 'void').length
  const [first, ...more] = targetsOf(spec)
  const summary = {
    target: `${first!.kind.toLowerCase()}/${first!.name}${more.length > 0 ? ` +${more.length}` : ''}`,
    trials: `${counted}/${spec.maxTrials ?? DEFAULT_TRIALS}`,
  }
  if (!limits.areKnown || counted === 0) return { summary }
  const result = summarize(experiment, trialsOf(trials))
  return {
    front: result.front.map(pointOf),
    points: Object.fromEntries(Object.entries(result.points).map(([goal, point]) => [goal, pointOf(point)])),
    ...(phase !== 'Running' && { verdict: result.verdict }),
    limits: limits.all.map(({ measure, kind, atMost }) => ({ measure, kind, atMost: rounded(atMost) })),
    summary: { ...summary, ...figuresOf(experiment, result) },
  }
}

function figuresOf(experiment: Experiment, { winner }: Summary): { cost: string; latency: string } {
  const baseline = hourlyCost(experiment, baselineOf(experiment))
  const atMost = Math.round(experiment.limits[0]!.atMost)
  if (!winner) return { cost: amountOf(baseline), latency: `limit ${atMost}ms` }
  return {
    cost: `${amountOf(baseline)} -> ${amountOf(winner.costPerHour)}`,
    latency: `${Math.round(winner.latencyMilliseconds.expected)}ms of ${atMost}ms`,
  }
}

function amountOf(price: number): string {
  return price >= 1 ? price.toFixed(2) : price.toPrecision(2)
}

function pointOf({ configuration, runs, costPerHour, latencyMilliseconds, probabilityOfMeeting }: TriedPoint) {
  const { expected, low, high } = latencyMilliseconds
  const point: ExperimentPoint = {
    ...{ configuration, trials: runs, costPerHour, probabilityOfMeeting },
    latencyMilliseconds: { expected: rounded(expected), low: rounded(low), high: rounded(high) },
  }
  return point
}

function rounded(value: number): number {
  return Number(value.toPrecision(6))
}

/** The conditions of an experiment, as its other fields say. What has not changed keeps its time. */
export function conditionsOf(status: ExperimentStatus, generation: number, now: string): ExperimentCondition[] {
  const { phase, reason = 'Unknown', message = '', kept = [] } = status
  const states: [ExperimentCondition['type'], boolean | undefined][] = [
    ['Accepted', phase === 'Pending' ? undefined : phase !== 'Refused'],
    ['Complete', phase === 'Completed'],
    ['Failed', phase === 'Failed' || phase === 'Refused'],
    ...(status.originals
      ? [
          ['Restored', (phase === 'Completed' || phase === 'Failed') && reason !== NOT_RESTORED] as [
            ExperimentCondition['type'],
            boolean,
          ],
        ]
      : []),
  ]
  return states.map(([type, state]) => {
    const condition = {
      ...{ type, status: state === undefined ? ('Unknown' as const) : state ? ('True' as const) : ('False' as const) },
      reason: type === 'Restored' && state && kept.length > 0 ? 'KeptEdits' : reason,
      message: type === 'Restored' && kept.length > 0 ? `kept: ${kept.join(', ')}`.slice(0, 4000) : message,
      observedGeneration: generation,
    }
    const before = status.conditions?.find((one) => one.type === type)
    return { ...condition, lastTransitionTime: before?.status === condition.status ? before.lastTransitionTime : now }
  })
}
