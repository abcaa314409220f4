import { LRUCache } from 'lru-cache'
import { systemTime, type Time } from '../clock/index.ts'
import type { KubeClient } from './client.ts'
import { EVENTS, eventOf, keyOf, type Occurrence, type Occurrences, type Reporter } from './event-record.ts'
import { TokenBucket } from './token-bucket.ts'

/** Largest number of different occurrences that are remembered. */
const MAX_REMEMBERED = 1_000
/** Shortest time between two writes of a series: they say that it continues, and do not count exactly. */
const SERIES_MILLISECONDS = 5 * 60_000
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
 * Records Events about an object, so that people see them with `kubectl describe` and `kubectl events`. Repeated
 * occurrences become one Event with a count. Recording never waits and never throws. A failed write is not retried,
 * because an Event is a courtesy.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions
  readonly #time: Time
  readonly #bucket: TokenBucket
  readonly #known: LRUCache<string, Recorded>
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
    const recorded = this.#known.get(key)
    const seen: Occurrences = { first: recorded?.first ?? now, last: now, count: (recorded?.count ?? 0) + 1 }
    // The second occurrence gets a separate write, because it turns the Event into a series.
    const due = !recorded || recorded.count === 1 || this.#time.elapsed() - recorded.writtenAt >= SERIES_MILLISECONDS
    if (!due) Object.assign(recorded, seen)
    else if (this.#inFlight.size < MAX_IN_FLIGHT && this.#bucket.tryTake()) {
      this.#known.set(key, { ...seen, writtenAt: this.#time.elapsed() })
      this.#write(occurrence, seen)
    } else {
      if (recorded) Object.assign(recorded, seen)
      this.#drop(occurrence, undefined)
    }
  }

  /** Waits for the writes in progress. */
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
      // An error of the handler must not reach the code that recorded the Event.
    }
  }
}

interface Recorded extends Occurrences {
  /** Time of the last write, in milliseconds of the monotonic clock. */
  writtenAt: number
}
