import type { FleetInsight } from '../../insight/index.ts'
import type { Logger } from '../../telemetry/index.ts'
import { Refusal } from '../refusal.ts'

/** What is older is read anew, while what is there is shown; the longer a reading takes, the more seldom. */
const FRESH_MILLISECONDS = 15_000
const TIMES_LONGER = 10
/** What is older is not shown: whoever comes waits for the new reading. */
const OLD_MILLISECONDS = 10 * 60_000
const RETRY_MILLISECONDS = 5_000

export interface Known {
  readonly insight: FleetInsight
  readonly readAt: Date
  /** Since when it could not be read anew, and why. */
  readonly stale?: { readonly since: Date; readonly says: string }
}

/** Holds the last reading of the fleet. Read when somebody looks, one reading at a time: nobody looks, nothing is asked. */
export class FleetKeeper {
  readonly #read: () => Promise<FleetInsight>
  readonly #now: () => number
  readonly #logger: Logger
  #known: (Omit<Known, 'stale'> & { readonly decisions: number }) | undefined
  #failed: { readonly since: Date; readonly says: string; readonly at: number } | undefined
  #reading: Promise<void> | undefined
  #freshMilliseconds = FRESH_MILLISECONDS
  /** How many have been told of. */
  #decisions = 0

  /** @param now Unix time, milliseconds */
  constructor(read: () => Promise<FleetInsight>, now: () => number, logger: Logger) {
    this.#read = read
    this.#now = now
    this.#logger = logger
  }

  /** What was read last, whatever has been decided since. @throws Refusal Unavailable where nothing was ever read */
  async known(): Promise<Known> {
    const age = this.#known ? this.#now() - this.#known.readAt.getTime() : Number.POSITIVE_INFINITY
    if (age > this.#freshMilliseconds) this.#readAnew()
    if (age > OLD_MILLISECONDS) await this.#reading
    if (!this.#known)
      throw new Refusal('Unavailable', `the fleet cannot be read: ${this.#failed?.says ?? 'it takes longer'}`)
    const { insight, readAt } = this.#known
    return { insight, readAt, ...(this.#failed && { stale: { since: this.#failed.since, says: this.#failed.says } }) }
  }

  /** The same with all that has been decided: whoever looks after a decision waits for a reading that began after it. */
  async current(): Promise<Known> {
    if (this.#isPast()) await this.#reading
    if (this.#isPast()) {
      this.#readAnew()
      await this.#reading
    }
    return await this.known()
  }

  /** Something has been decided. */
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
