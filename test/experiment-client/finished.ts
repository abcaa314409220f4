import type { ExperimentSpec, ExperimentStatus } from '../../src/api/index.ts'

const CPU = 'checkout/app cpu'
const MEMORY = 'checkout/app memory'
const configuration = (cores: number, mebibytes: number) => ({ [CPU]: cores, [MEMORY]: mebibytes * 2 ** 20 })
const point = (cores: number, mebibytes: number, costPerHour: number, expected: number, probability: number) => ({
  ...{ configuration: configuration(cores, mebibytes), costPerHour, trials: 2, probabilityOfMeeting: probability },
  latencyMilliseconds: { expected, low: expected * 0.9, high: expected * 1.1 },
})

/** An experiment that ended with a cheaper configuration. */
export const FINISHED: {
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly spec: ExperimentSpec
  readonly status: ExperimentStatus
} = {
  metadata: { name: 'checkout-1', namespace: 'staging' },
  spec: {
    target: 'deployment/checkout',
    loads: [{ name: 'normal', http: { url: 'http://checkout/', rate: 100 } }],
    limits: { latency: { percentile: 95, below: '250ms' } },
  },
  status: {
    phase: 'Completed',
    startedAt: '2026-11-30T08:00:00Z',
    endedAt: '2026-11-30T08:40:00Z',
    limits: [
      { measure: 'normal p95', kind: 'latency', atMost: 250 },
      { measure: 'normal errors', kind: 'errors', atMost: 0.01 },
    ],
    trials: [
      trial(1, 'baseline', configuration(1, 512), 0.032, 92),
      trial(2, 'baseline', configuration(1, 512), 0.032, 95),
      trial(3, 'search', configuration(0.4, 256), 0.013, 181),
      trial(4, 'search', configuration(0.25, 128), 0.008, 612),
      {
        ...trial(5, 'search', configuration(0.3, 64), 0.009, 0),
        ...{ outcome: 'oomKilled', oomKilled: ['checkout/app'], measured: {}, latencyMilliseconds: undefined },
      },
      {
        ...trial(6, 'search', configuration(0.3, 128), 0.0095, 0),
        outcome: 'void',
        reason: 'k6 dropped 12 iterations',
        measured: {},
      },
      trial(7, 'repeatedWinner', configuration(0.4, 256), 0.013, 190),
    ],
    front: [point(0.25, 128, 0.008, 600, 0), point(0.4, 256, 0.013, 185, 0.97), point(1, 512, 0.032, 93, 0.999)],
    points: {
      savings: point(0.4, 256, 0.013, 185, 0.97),
      balanced: point(0.4, 256, 0.013, 185, 0.97),
      reliability: point(1, 512, 0.032, 93, 0.999),
    },
    verdict: 'cheaper',
    kept: [],
  },
}

function trial(
  number: number,
  why: 'baseline' | 'search' | 'repeatedWinner',
  configuration: Record<string, number>,
  costPerHour: number,
  latencyMilliseconds: number,
) {
  return {
    ...{ number, why, configuration, outcome: 'completed' as const, costPerHour, latencyMilliseconds, errorShare: 0 },
    ...{ startedAt: '2026-11-30T08:00:00Z', endedAt: '2026-11-30T08:05:00Z' },
    measured: { 'normal p95': latencyMilliseconds, 'normal errors': 0 },
  }
}
