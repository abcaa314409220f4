import { LRUCache } from 'lru-cache'
import { systemTime, type Time } from '../clock/index.ts'
import type { KubeClient } from './client.ts'
import { EVENTS, eventOf, keyOf, type Occurrence, type Occurrences, type Reporter } from './event-record.ts'
import { TokenBucket } from './token-bucket.ts'

/** Largest number of different occurrences that are remembered. */
const MAX_REMEMBERED = 1_000
/** Shortest time between two writes of a series while it continues. */
const SERIES_MILLISECONDS = 5 * 60_000
/** Time without an occurrence after which `settle` writes how many there were. */
const QUIET_MILLISECONDS = 60_000
/**
 * Time after the last write of an occurrence until it is forgotten; after that, a new series begins. The API server
 * keeps an Event for an hour.
 */
const FORGET_MILLISECONDS = 30 * 60_000
/** Rate of Events, within the budget of 5 writes per second, so that Events do not keep other writes waiting. */
const EVENTS_RATE = { perSecond: 1, burst: 20 }
const MAX_IN_FLIGHT = 5

export interface EventRecorderOptions {
  readonly client: KubeClient
  readonly reporter: Reporter
  /** Called when an Event was not written: too many at once (`error` is undefined), or an error of the API server. */
  onDropped(occurrence: Occurrence, error: Error | undefined): void
  readonly time?: Time
}

/**
 * Records Events about an object, so that people see them with `kubectl describe` and `kubectl events`. Repeated occurrences become one
 * Event with a count. Recording never waits and never throws. A failed write is not retried, because Events are best effort. However,
 * the first Event of a declared series (`Occurrence.series`) waits for its turn instead of being dropped, because it represents many.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions
  readonly #time: Time
  readonly #bucket: TokenBucket
  readonly #known: LRUCache<string, Recorded>
  /** Keys of the series that are not written yet, in order. */
  readonly #waiting = new Set<string>()
  readonly #inFlight = new Set<Promise<void>>()

  constructor(options: EventRecorderOptions) {
    this.#options = options
    this.#time = options.time ?? systemTime
    this.#bucket = new TokenBucket(EVENTS_RATE, this.#time)
    this.#known = new LRUCache({
      max: MAX_REMEMBERED,
      ttl: FORGET_MILLISECONDS,
      ttlResolution: 0,
      perf: { now: () => this.#time.elapsed() },
    })
  }

  record(occurrence: Occurrence): void {
    this.#writeWaiting()
    const key = keyOf(occurrence)
    const now = this.#time.now()
    const at = this.#time.elapsed()
    const known = this.#known.get(key)
    const seen: Seen = { first: known?.first ?? now, last: now, count: (known?.count ?? 0) + 1, seenAt: at }
    const recorded: Recorded = known
      ? Object.assign(known, seen)
      : { ...seen, occurrence, writtenCount: 0, writtenAt: Number.NEGATIVE_INFINITY }
    // The second occurrence gets a separate write, because it turns the Event into a series.
    const isDue = recorded.writtenCount < 2 || at - recorded.writtenAt >= SERIES_MILLISECONDS
    if (!isDue || this.#tryWrite(key, recorded)) return
    if (occurrence.series === undefined || this.#waiting.size >= MAX_REMEMBERED) {
      this.#drop(occurrence, undefined)
    } else if (recorded.writtenCount === 0) {
      this.#known.set(key, recorded)
      this.#waiting.add(key)
    }
  }

  /** Writes the counts of series that have become quiet, and Events that wait for their turn. Call it every few seconds. */
  settle(): void {
    this.#writeWaiting()
    const now = this.#time.elapsed()
    const due = [...this.#known.entries()].filter(
      ([, { count, writtenCount, seenAt, writtenAt }]) =>
        writtenCount > 0 && count > writtenCount && now - Math.max(seenAt, writtenAt) >= QUIET_MILLISECONDS,
    )
    for (const [key, recorded] of due) if (!this.#tryWrite(key, recorded)) return
  }

  /** Waits for the writes in progress. */
  async flush(): Promise<void> {
    await Promise.all(this.#inFlight)
  }

  #writeWaiting(): void {
    for (const key of this.#waiting) {
      const recorded = this.#known.get(key)
      if (recorded && !this.#tryWrite(key, recorded)) return
      this.#waiting.delete(key)
    }
  }

  /** @returns false if too many Events were written in the last seconds */
  #tryWrite(key: string, recorded: Recorded): boolean {
    if (this.#inFlight.size >= MAX_IN_FLIGHT || !this.#bucket.tryTake()) return false
    recorded.writtenCount = recorded.count
    recorded.writtenAt = this.#time.elapsed()
    this.#known.set(key, recorded)
    this.#write(recorded)
    return true
  }

  #write({ occurrence, ...seen }: Recorded): void {
    const event = eventOf(occurrence, seen, this.#options.reporter)
    const writing = this.#options.client
      .apply(EVENTS, event, { force: true })
      .then(
        () => {},
        (error: Error) => {
          this.#known.delete(keyOf(occurrence))
          this.#drop(occurrence, error)
        },
      )
      .finally(() => this.#inFlight.delete(writing))
    this.#inFlight.add(writing)
  }

  #drop(occurrence: Occurrence, error: Error | undefined): void {
    try {
      this.#options.onDropped(occurrence, error)
    } catch {
      // An error of the handler must not reach the code that recorded the Event.
    }
  }
}

interface Seen extends Occurrences {
  /** Time of the last occurrence, in milliseconds of the monotonic clock. */
  readonly seenAt: number
}

interface Recorded extends Seen {
  /** The first occurrence, whose text is that of the Event. */
  readonly occurrence: Occurrence
  /** Number of occurrences in the last write; 0 before the first write. */
  writtenCount: number
  /** Time of the last write, in milliseconds of the monotonic clock. */
  writtenAt: number
}
