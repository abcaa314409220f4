import { CpuForSlo } from '../../src/slos/index.ts'
import { CfsService, type ServiceOptions } from './cfs-service.ts'

export interface SizedOptions extends Omit<ServiceOptions, 'seed'> {
  readonly seed?: number
  readonly budget?: number
  /** CPU limit that the goal alone would set, in cores. */
  readonly goalCores: number
  readonly startCores: number
  readonly windows: number
  /** Requests per second in a window. */
  readonly loadOf: (window: number) => number
  readonly windowSeconds?: number
  /** Windows between two decreases. */
  readonly lowerEvery?: number
  /** Smallest change that makes a new revision, as a share. */
  readonly leastChange?: number
  /** Whether what is decided is what Pods get: a limit; otherwise an idle node without limits, where requests change nothing. */
  readonly isLimited?: boolean
  readonly knowsThrottling?: boolean
}

export interface SizedWindow {
  readonly load: number
  readonly cores: number
  readonly badShare: number
  readonly slo: { readonly state: string; readonly leastCores: number }
}

/**
 * A simulated service whose CPU limit is the higher of what its goal asks for and what its SLO takes, as a cluster would apply it: raises
 * count from the next window on, decreases at most every few windows, at most half of the value, and small changes not at all.
 */
export function sizedBySlo(options: SizedOptions): SizedWindow[] {
  const { budget = 0.05, goalCores, startCores, windows, loadOf, windowSeconds = 60, seed = 1 } = options
  const { lowerEvery = 6, leastChange = 0.02, isLimited = true, knowsThrottling = false } = options
  const service = new CfsService({ ...options, seed })
  const slo = new CpuForSlo(budget)
  const all: SizedWindow[] = []
  let cores = startCores
  let lowered = Number.NEGATIVE_INFINITY
  for (let at = 0; at < windows; at++) {
    const load = loadOf(at)
    const limit = isLimited ? cores : Number.POSITIVE_INFINITY
    // A change counts from the next window.
    service.serve(windowSeconds / 4, load, limit)
    const { bad, total, throttledShare, usedCores } = service.serve(windowSeconds, load, limit)
    const window = { load: total / windowSeconds, cores, bad, total, usedCores, atSeconds: at * 300 }
    slo.observe({ ...window, ...(knowsThrottling && { throttledShare }) }, { horizon: 'hour', leastRaise: leastChange })
    all.push({ load, cores, badShare: bad / total, slo: { state: slo.state, leastCores: slo.leastCores } })
    const wanted = Math.max(goalCores, slo.leastCores)
    if (wanted >= cores * (1 + leastChange)) cores = Math.min(wanted, cores * 2)
    else if (wanted <= cores * (1 - leastChange) && at - lowered >= lowerEvery) {
      cores = Math.max(wanted, cores / 2)
      lowered = at
    }
  }
  return all
}

/** The least CPU limit with which the share of bad requests is within the budget, to 2 %: the sweep that a test compares with. */
export function leastCores(options: ServiceOptions, load: number, budget = 0.05, seconds = 1200): number {
  for (let cores = 0.05; cores < 16; cores *= 1.02) {
    const service = new CfsService({ ...options, seed: 99 })
    service.serve(30, load, cores)
    const { bad, total } = service.serve(seconds / 10, load, cores)
    if (bad > 2 * budget * total) continue
    const rest = service.serve(seconds, load, cores)
    if (rest.bad <= budget * rest.total) return cores
  }
  throw new Error(`no CPU holds the SLO at ${load} requests per second`)
}
