import { LRUCache } from 'lru-cache'
import { systemTime, type Time } from '../clock/index.ts'
import type { KubeClient } from './client.ts'
import { EVENTS, eventOf, keyOf, type Occurrence, type Occurrences, type Reporter } from './event-record.ts'
import { TokenBucket } from './token-bucket.ts'

/** How many different occurrences are remembered, and for how long after the last write of one. */
const MAX_REMEMBERED = 1_000
/** A series is written again at most this often: to say that it goes on, not to count exactly. */
const SERIES_MILLISECONDS = 5 * 60_000
/** The API server keeps an Event for an hour after its last write; then a new series begins. */
const FORGET_MILLISECONDS = 30 * 60_000
/** Within the budget of 5 writes a second, so that Events never keep the rest from being written. */
const EVENTS_RATE = { perSecond: 1, burst: 20 }
const MAX_IN_FLIGHT = 5

export interface EventRecorderOptions {
  readonly client: KubeClient
  readonly reporter: Reporter
  /** An Event was not written: too many at once (undefined), or an error of the API server. */
  onDropped(occurrence: Occurrence, error: Error | undefined): void
  readonly time?: Time
}

/**
 * Tells people about an object where they look (`kubectl describe`, `kubectl events`). What repeats becomes one Event with
 * a count. Telling never waits, never throws and is given up rather than retried: an Event is a courtesy.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions
  readonly #time: Time
  readonly #bucket: TokenBucket
  readonly #known: LRUCache<string, Told>
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
    const key = keyOf(occurrence)
    const now = this.#time.now()
    const told = this.#known.get(key)
    const seen: Occurrences = { first: told?.first ?? now, last: now, count: (told?.count ?? 0) + 1 }
    // The second time is worth a write of its own: that is when it becomes a series.
    const due = !told || told.count === 1 || this.#time.elapsed() - told.writtenAt >= SERIES_MILLISECONDS
    if (!due) Object.assign(told, seen)
    else if (this.#inFlight.size < MAX_IN_FLIGHT && this.#bucket.tryTake()) {
      this.#known.set(key, { ...seen, writtenAt: this.#time.elapsed() })
      this.#write(occurrence, seen)
    } else {
      if (told) Object.assign(told, seen)
      this.#drop(occurrence, undefined)
    }
  }

  /** Waits for what is being written. */
  async flush(): Promise<void> {
    await Promise.all(this.#inFlight)
  }

  #write(occurrence: Occurrence, seen: Occurrences): void {
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
      // Reporting is the caller's; whoever recorded must not fail by it.
    }
  }
}

interface Told extends Occurrences {
  /** On the clock that only goes forward. */
  writtenAt: number
}
