import type { Part, Requests, Row, SloPlan } from '../slos/index.ts'
import type { SloCounts } from './slo-counts.ts'
import type { ByWorkload } from './slo-workload.ts'

interface WindowCountOptions {
  readonly plans: readonly SloPlan[]
  readonly parts: readonly Part[]
  readonly windowSeconds: number
  readonly endSeconds: number
  readonly spanSeconds: number
  readonly count: (plan: SloPlan, rows: ReadonlyMap<string, readonly Row[]>) => ByWorkload<Requests>
  readonly onDone: (sums: ReadonlyMap<SloPlan, ByWorkload<Requests>>) => void
}

const SPAN = 'span'

/** Counts the requests of a long window, span by span: each step is one query. */
export class WindowCount {
  readonly #options: WindowCountOptions
  readonly #sums: ReadonlyMap<SloPlan, ByWorkload<Requests>>
  #fromSeconds: number
  #waiting: (readonly Part[])[] = []
  #rows = new Map<string, readonly Row[]>()

  constructor(options: WindowCountOptions) {
    this.#options = options
    this.#sums = new Map(options.plans.map((plan) => [plan, new Map()]))
    this.#fromSeconds = options.endSeconds - options.windowSeconds
  }

  /**
   * Sends one query.
   *
   * @returns `done` after the last one, and `tooLong` if the spans are too long for the store
   */
  async step(counts: SloCounts): Promise<'more' | 'done' | 'tooLong'> {
    const { endSeconds, spanSeconds, parts } = this.#options
    if (parts.length === 0) return 'done'
    const toSeconds = Math.min(endSeconds, this.#fromSeconds + spanSeconds)
    const window = [{ name: SPAN, seconds: toSeconds - this.#fromSeconds }]
    if (this.#waiting.length === 0) this.#waiting = [...counts.together(parts, window, true)]
    const { rows, refused } = await counts.read(this.#waiting.shift()!, window, toSeconds, true)
    // A window with gaps would result in a wrong share.
    if (refused.size > 0) return 'tooLong'
    for (const [key, found] of rows.get(SPAN)!) this.#rows.set(key, found)
    if (this.#waiting.length > 0) return 'more'
    this.#add()
    this.#fromSeconds = toSeconds
    if (toSeconds < endSeconds) return 'more'
    this.#options.onDone(this.#sums)
    return 'done'
  }

  #add(): void {
    for (const [plan, its] of this.#sums) {
      for (const [key, requests] of this.#options.count(plan, this.#rows)) {
        const { bad, total } = its.get(key) ?? { bad: 0, total: 0 }
        its.set(key, { bad: bad + requests.bad, total: total + requests.total })
      }
    }
    this.#rows = new Map()
  }
}
