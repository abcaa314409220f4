import type { FleetInsight } from '../../insight/index.ts'
import type { Logger } from '../../telemetry/index.ts'
import { Refusal } from '../refusal.ts'

/**
 * Age from which the fleet is read again while the old reading is shown. It is at least 10 times as long as the last
 * reading took.
 */
const FRESH_MILLISECONDS = 15_000
const TIMES_LONGER = 10
/** Age from which a reading is not shown any more: the request waits for the new one. */
const OLD_MILLISECONDS = 10 * 60_000
const RETRY_MILLISECONDS = 5_000

export interface Known {
  readonly insight: FleetInsight
  readonly readAt: Date
  /** Since when the fleet could not be read again, and why; absent if the last attempt succeeded. */
  readonly stale?: { readonly since: Date; readonly says: string }
}

/**
 * Holds the last reading of the fleet. The fleet is read only when somebody looks, one reading at a time: without
 * viewers, the cluster gets no requests.
 */
export class FleetKeeper {
  readonly #read: () => Promise<FleetInsight>
  readonly #now: () => number
  readonly #logger: Logger
  #known: (Omit<Known, 'stale'> & { readonly decisions: number }) | undefined
  #failed: { readonly since: Date; readonly says: string; readonly at: number } | undefined
  #reading: Promise<void> | undefined
  #freshMilliseconds = FRESH_MILLISECONDS
  /** Number of decisions that `expire` has reported. */
  #decisions = 0

  /** @param now clock, milliseconds since 1970 */
  constructor(read: () => Promise<FleetInsight>, now: () => number, logger: Logger) {
    this.#read = read
    this.#now = now
    this.#logger = logger
  }

  /**
   * The last reading, which may be older than the last decision.
   *
   * @throws Refusal Unavailable if nothing was ever read
   */
  async known(): Promise<Known> {
    const age = this.#known ? this.#now() - this.#known.readAt.getTime() : Number.POSITIVE_INFINITY
    if (age > this.#freshMilliseconds) this.#readAnew()
    if (age > OLD_MILLISECONDS) await this.#reading
    if (!this.#known)
      throw new Refusal(
        'Unavailable',
        `the workloads cannot be read: ${this.#failed?.says ?? 'reading takes longer than usual'}`,
      )
    const { insight, readAt } = this.#known
    return { insight, readAt, ...(this.#failed && { stale: { since: this.#failed.since, says: this.#failed.says } }) }
  }

  /**
   * A reading that began after the last decision, so that anyone who looks after a decision sees its effect; the last
   * reading if that fails.
   *
   * @throws Refusal Unavailable if nothing was ever read
   */
  async current(): Promise<Known> {
    if (this.#isPast()) await this.#reading
    if (this.#isPast()) {
      this.#readAnew()
      await this.#reading
    }
    return await this.known()
  }

  /** Notes that something has been decided, so that the reading is out of date. */
  expire(): void {
    this.#decisions++
    this.#failed = undefined
  }

  #isPast(): boolean {
    return this.#known !== undefined && this.#known.decisions !== this.#decisions
  }

  #readAnew(): void {
    if (!this.#hasJustFailed()) this.#reading ??= this.#refresh()
  }

  #hasJustFailed(): boolean {
    return this.#failed !== undefined && this.#now() - this.#failed.at < RETRY_MILLISECONDS
  }

  async #refresh(): Promise<void> {
    const startedAt = this.#now()
    const decisions = this.#decisions
    try {
      this.#known = { insight: await this.#read(), readAt: new Date(this.#now()), decisions }
      this.#freshMilliseconds = Math.max(FRESH_MILLISECONDS, TIMES_LONGER * (this.#now() - startedAt))
      this.#failed = undefined
    } catch (error) {
      const says = (error as Error).message
      this.#logger.warn({ error }, 'the fleet could not be read')
      this.#failed = { since: this.#failed?.since ?? new Date(this.#now()), says, at: this.#now() }
    } finally {
      this.#reading = undefined
    }
  }
}
