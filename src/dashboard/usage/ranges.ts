import type { Range } from '../wire.ts'

interface Span {
  readonly seconds: number
  /** Time between two samples that are read. */
  readonly stepSeconds: number
}

const HOUR = 3600
const DAY = 24 * HOUR

/**
 * Length and step of each range. Twice the length is read, so that the learner has some history when the plot begins.
 */
export const SPANS: Readonly<Record<Range, Span>> = {
  '1h': { seconds: HOUR, stepSeconds: 30 },
  '6h': { seconds: 6 * HOUR, stepSeconds: 60 },
  '24h': { seconds: DAY, stepSeconds: 300 },
  '7d': { seconds: 7 * DAY, stepSeconds: 300 },
  '14d': { seconds: 14 * DAY, stepSeconds: 600 },
  '30d': { seconds: 30 * DAY, stepSeconds: 1800 },
}
