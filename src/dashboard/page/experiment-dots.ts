import type { ExperimentReport } from '../../experiment-client/index.ts'
import { cost, milliseconds } from './experiment-text.ts'

/** A point of the plot of an experiment. */
export interface Dot {
  readonly costPerHour: number
  readonly latencyMilliseconds: number
  readonly kind: 'good' | 'bad' | 'best' | ''
  readonly says: string
}

/** Latencies above this multiple of the limit are drawn at the top edge. */
const MOST_ABOVE_LIMIT = 3

/** Each trial that measured a latency, then the best configurations, which are drawn on top. */
export function frontDots({ trials, points }: Pick<ExperimentReport, 'trials' | 'points'>): Dot[] {
  const best = new Map(Object.values(points).map((point) => [point.configuration, point]))
  return [
    ...trials.flatMap(({ number, costPerHour, latencyMilliseconds, meets, configuration, result }): Dot[] =>
      latencyMilliseconds === undefined
        ? []
        : [
            {
              ...{ costPerHour, latencyMilliseconds, kind: meets === undefined ? '' : meets ? 'good' : 'bad' },
              says: `Trial ${number}: ${configuration}, ${milliseconds(latencyMilliseconds)}, ${result}`,
            },
          ],
    ),
    ...[...best.values()].map(
      ({ costPerHour, latencyMilliseconds: { expected }, goals, configuration }): Dot => ({
        ...{ costPerHour, latencyMilliseconds: expected, kind: 'best' },
        says: `Best for ${goals.join(', ')}: ${configuration}, ${milliseconds(expected)}, ${cost(costPerHour)} per hour`,
      }),
    ),
  ]
}

/** Where points are drawn, between 0 and the highest values. */
export function frontPlaces(
  dots: readonly Dot[],
  limit: number | undefined,
  {
    left,
    right,
    top,
    bottom,
  }: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number },
) {
  const highest = Math.max(...dots.map((dot) => dot.latencyMilliseconds), limit ?? 0)
  const mostMilliseconds = 1.1 * (limit === undefined ? highest : Math.min(highest, MOST_ABOVE_LIMIT * limit)) || 1
  const mostCost = 1.05 * Math.max(...dots.map((dot) => dot.costPerHour)) || 1
  const rounded = (value: number) => Math.round(value * 10) / 10
  return {
    ...{ mostMilliseconds, mostCost },
    x: (costPerHour: number) => rounded(left + ((right - left) * costPerHour) / mostCost),
    y: (latency: number) => rounded(bottom - (bottom - top) * Math.min(1, latency / mostMilliseconds)),
  }
}
