import { CpuForSlo } from '../../src/slos/index.ts'
import { CfsService, type ServiceOptions } from './cfs-service.ts'

export interface SecondsOptions extends ServiceOptions {
  /** CPU limit that the goal alone would set, in cores. */
  readonly goalCores: number
  readonly seconds: number
  /** Requests per second at a time in seconds. */
  readonly loadOf: (atSeconds: number) => number
  readonly windowSeconds: number
  /** Number of waiting requests above which the service does not answer Prometheus; undefined if it always does. */
  readonly answersUpTo?: number
}

/** CPU and requests of a service at one moment. */
export interface Moment {
  readonly atSeconds: number
  readonly cores: number
  readonly bad: number
  readonly total: number
  readonly usedCores: number
  /** Whether the service answered Prometheus. */
  readonly isScraped: boolean
}

const BUDGET = 0.05
const STEP_SECONDS = 1.25
/** The delays of a cluster: how often the learner decides and changes CPU, and how long a resize takes. */
const DECIDE_EVERY_STEPS = 2
const CHANGE_EVERY_SECONDS = 10
const RESIZE_SECONDS = 4
/** As in SloPrices: CPU in force must be older than a window and this share more. */
const SETTLED_WINDOWS = 1.25
const SMALLEST_CHANGE = 0.02
/** Seconds between two usage samples of the kubelet. */
const USAGE_STEPS = 8

/** A simulated service that its SLO sizes with the delays of a cluster: readings of windows that slide, resizes that take seconds. */
export function sizedInSeconds(options: SecondsOptions): Moment[] {
  const { goalCores, seconds, loadOf, windowSeconds, answersUpTo = Number.POSITIVE_INFINITY } = options
  const service = new CfsService(options)
  const slo = new CpuForSlo(BUDGET)
  const moments: Moment[] = []
  let [cores, known, sinceSeconds] = [goalCores, goalCores, 0]
  let [readSeconds, changedSeconds] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  let resize: { readonly atSeconds: number; readonly cores: number } | undefined
  for (let step = 0; step * STEP_SECONDS < seconds; step++) {
    const atSeconds = step * STEP_SECONDS
    if (resize && atSeconds >= resize.atSeconds) [cores, resize] = [resize.cores, undefined]
    const served = service.serve(STEP_SECONDS, loadOf(atSeconds), cores)
    moments.push({ atSeconds, cores, ...served, isScraped: service.waiting <= answersUpTo })
    if (step % DECIDE_EVERY_STEPS !== 0) continue
    if (cores !== known) [known, sinceSeconds] = [cores, atSeconds]
    const isSettled = atSeconds - sinceSeconds >= windowSeconds * SETTLED_WINDOWS
    const inWindow = moments.slice(-windowSeconds / STEP_SECONDS)
    const isStale = inWindow.filter(({ isScraped }) => isScraped).length < 2
    if (isSettled && isStale) {
      const used = moments.slice(-USAGE_STEPS).reduce((sum, { usedCores }) => sum + usedCores, 0)
      slo.observeUnread({ cores, usedCores: used / USAGE_STEPS })
    } else if (isSettled && atSeconds - readSeconds >= windowSeconds) {
      readSeconds = atSeconds
      const { bad, total } = sumOf(inWindow)
      const window = { load: total / windowSeconds, cores, bad, total, atSeconds }
      slo.observe(window, { horizon: 'hour', leastRaise: SMALLEST_CHANGE })
    }
    const least = slo.state === 'learning' ? Math.max(slo.leastCores, cores) : slo.leastCores
    const wanted = Math.max(goalCores, least)
    const isDue = !resize && atSeconds - changedSeconds >= CHANGE_EVERY_SECONDS
    if (!isDue || Math.abs(wanted / cores - 1) < SMALLEST_CHANGE) continue
    resize = { atSeconds: atSeconds + RESIZE_SECONDS, cores: Math.min(Math.max(wanted, cores / 2), cores * 2) }
    changedSeconds = atSeconds
  }
  return moments
}

export function sumOf(moments: readonly Pick<Moment, 'bad' | 'total'>[]): {
  readonly bad: number
  readonly total: number
} {
  return moments.reduce((sum, { bad, total }) => ({ bad: sum.bad + bad, total: sum.total + total }), {
    bad: 0,
    total: 0,
  })
}
