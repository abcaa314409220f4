/** A load that is expected, in requests per second of all Pods together, and how much it counts. */
export interface Load {
  readonly load: number
  readonly weight: number
}

/** Time for which CPU cannot change once it is decided: it has to hold for the loads of the last windows, or of the last day. */
export type Horizon = 'hour' | 'day'

/** Windows whose loads are looked at together: half an hour of five minutes each. */
const TOGETHER = 6
/** A load that is higher by more than this factor and has not returned for so many windows is over. */
const FAR = 1.25
const HOUR_SECONDS = 3600
const HOURS = 24

/** The loads for which CPU has to be enough until it may change again. State: twelve windows, and the highest load of 24 hours. */
export class ExpectedLoads {
  /** Oldest first. */
  #recent: Load[] = []
  /** Highest load of each hour of the last day. */
  #peaks: { hour: number; load: number }[] = []

  /**
   * @param load requests per second in a window
   * @param total requests of the window
   * @param atSeconds Unix time of its end, in seconds
   */
  note(load: number, total: number, atSeconds: number): void {
    this.#recent = [...this.#recent.slice(1 - 2 * TOGETHER), { load, weight: total }]
    const hour = Math.floor(atSeconds / HOUR_SECONDS)
    const last = this.#peaks.at(-1)
    if (last?.hour === hour) last.load = Math.max(last.load, load)
    else this.#peaks.push({ hour, load })
    this.#peaks = this.#peaks.filter((peak) => peak.hour > hour - HOURS)
  }

  /** Mean of the last two windows. */
  get newest(): Load {
    const two = this.#recent.slice(-2)
    return { load: two.reduce((sum, { load }) => sum + load, 0) / two.length, weight: 1 }
  }

  /** What may come next where requests are slow: the last window may have begun before the load rose, so it may rise as much again. */
  get rising(): Load {
    const [before, last] = this.#recent.slice(-2)
    const more = before && last ? Math.max(0, last.load - before.load) : 0
    return { load: (this.#recent.at(-1)?.load ?? 0) + more, weight: 1 }
  }

  /** CPU is raised if it is not enough for these together. */
  toRaise(horizon: Horizon): readonly Load[] {
    // Until CPU may change again, it has to hold for what the busiest hours of a day bring.
    if (horizon === 'day') return this.#peaks.map(({ load }) => ({ load, weight: load }))
    return this.#recent.slice(-TOGETHER)
  }

  /**
   * CPU is lowered if it is enough for each of these groups, for the loads of a group together. Looking back twice as far as for a raise
   * keeps CPU from following each wave; a load that is far away and over does not hold it up.
   */
  toLower(horizon: Horizon): readonly (readonly Load[])[] {
    const newer = this.toRaise(horizon)
    if (horizon === 'day') return [newer]
    const older = this.#recent.slice(0, -TOGETHER)
    return meanOf(older) > FAR * highestOf(newer) ? [newer] : [newer, older]
  }
}

export function highestOf(loads: readonly Load[]): number {
  return loads.reduce((most, { load }) => Math.max(most, load), 0)
}

function meanOf(loads: readonly Load[]): number {
  return loads.reduce((sum, { load }) => sum + load, 0) / Math.max(1, loads.length)
}
