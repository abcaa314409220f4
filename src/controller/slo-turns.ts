import type { NamespaceSlos, SloCounts, WindowCount } from '../prometheus/index.ts'

/** Number of queries for one namespace in one turn. */
const QUERIES_A_TURN = 2
/** How often to look for series of other names, and to count the whole window of an objective. */
const HOUR_SECONDS = 3600
/** Maximum age of a revision for which the requests before it are read. */
const BEFORE_SECONDS = 86_400
const FIRST_SPAN_SECONDS = 4 * 86_400
const LEAST_SPAN_SECONDS = HOUR_SECONDS

interface CountedWindow {
  job?: WindowCount | undefined
  doneAtSeconds: number
  spanSeconds: number
}

/** What is read next about the SLOs of one namespace: at most two queries in each turn. */
export class SloTurns {
  readonly #slos: NamespaceSlos
  readonly #lookAgainSeconds: number
  #turn = 0
  /** Where the next turn continues if one turn cannot query all parts. */
  #cursor = 0
  #catalogAtSeconds = Number.NEGATIVE_INFINITY
  #sought = ''
  readonly #windows = new Map<number, CountedWindow>()

  /** @param lookAgainSeconds how soon to look for series again if a workload had none */
  constructor(slos: NamespaceSlos, lookAgainSeconds: number) {
    this.#slos = slos
    this.#lookAgainSeconds = lookAgainSeconds
  }

  /**
   * Reads what is most overdue.
   *
   * @param hasMissing whether a workload had no series: then they are looked for again soon
   */
  async take(counts: SloCounts, nowSeconds: number, hasMissing: boolean): Promise<void> {
    const slos = this.#slos
    let left = QUERIES_A_TURN
    this.#turn++
    const sought = JSON.stringify(slos.sought)
    const ageSeconds = nowSeconds - this.#catalogAtSeconds
    const isOld = ageSeconds > (hasMissing ? this.#lookAgainSeconds : HOUR_SECONDS)
    if (sought !== this.#sought || isOld) {
      if (ageSeconds > HOUR_SECONDS) slos.tryAgain()
      await slos.discover(counts, nowSeconds)
      this.#catalogAtSeconds = nowSeconds
      this.#sought = sought
      left--
    }
    const groups = slos.groups(counts)
    const rare = this.#rarelyRead(counts, nowSeconds)
    const keepsOne = rare !== undefined && left > 1 && (groups.length < 2 || this.#turn % 4 === 0)
    const most = Math.min(groups.length, keepsOne ? left - 1 : left)
    for (let i = 0; i < most; i++) {
      await slos.read(counts, groups[this.#cursor % groups.length]!, nowSeconds)
      this.#cursor++
      left--
    }
    if (left > 0) await rare?.()
  }

  /** One query for what is read rarely, if any of it is due. */
  #rarelyRead(counts: SloCounts, nowSeconds: number): (() => Promise<void>) | undefined {
    const slos = this.#slos
    const [before] = slos.timesBefore(nowSeconds, BEFORE_SECONDS)
    if (before !== undefined) return () => slos.readBefore(counts, before)
    for (const windowSeconds of slos.windows) {
      const window = this.#windowOf(windowSeconds)
      if (window.job || nowSeconds - window.doneAtSeconds >= HOUR_SECONDS)
        return () => this.#step(window, windowSeconds, counts, nowSeconds)
    }
    return undefined
  }

  #windowOf(windowSeconds: number): CountedWindow {
    const window = this.#windows.get(windowSeconds) ?? {
      doneAtSeconds: Number.NEGATIVE_INFINITY,
      spanSeconds: Math.min(windowSeconds, FIRST_SPAN_SECONDS),
    }
    this.#windows.set(windowSeconds, window)
    return window
  }

  async #step(window: CountedWindow, windowSeconds: number, counts: SloCounts, nowSeconds: number): Promise<void> {
    window.job ??= this.#slos.startWindow(windowSeconds, nowSeconds, window.spanSeconds)
    const outcome = await window.job.step(counts)
    if (outcome === 'more') return
    window.job = undefined
    window.doneAtSeconds = nowSeconds
    if (outcome === 'tooLong' && window.spanSeconds > LEAST_SPAN_SECONDS) {
      window.spanSeconds = Math.max(LEAST_SPAN_SECONDS, window.spanSeconds / 2)
      window.doneAtSeconds = Number.NEGATIVE_INFINITY
    }
  }
}
