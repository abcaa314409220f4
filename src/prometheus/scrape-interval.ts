import { LRUCache } from 'lru-cache'
import { CPU_METRIC, type TimeWindow } from '../history/index.ts'
import type { Amount } from './answer.ts'
import { aggregated, OF_CONTAINERS, type Scope } from './selector.ts'
import { TooMuchError } from './spans.ts'
import type { StoreReader } from './store-reader.ts'

/** Scrape intervals of the containers of a namespace, in seconds: the shortest and the longest. */
export interface ScrapeInterval {
  readonly shortestSeconds: number
  readonly longestSeconds: number
}

/** Number of scrapes in the range of a rate, as in dashboards: one may be missing, and the rate still has two. */
const SCRAPES_OF_A_RATE = 4

/** Range of a rate for containers with this scrape interval. */
export function rateSeconds(intervalSeconds: number): number {
  return SCRAPES_OF_A_RATE * intervalSeconds
}

const HOUR_SECONDS = 3600
const DAY_SECONDS = 24 * HOUR_SECONDS
/**
 * With fewer samples, an interval cannot be distinguished from a gap, or from the time before a container started. This also bounds the
 * range of a rate to less than a day, which stores that limit ranges allow.
 */
const LEAST_SAMPLES = 5
const LONGEST_SECONDS = DAY_SECONDS / LEAST_SAMPLES
/** Common intervals, and the resolutions of stores that downsample. */
const USUAL = [1, 5, 10, 15, 20, 30, 45, 60, 90, 120, 150, 180, 240, 300, 600, 900, 1200, 1800, 3600, 7200, 14_400]

/**
 * Query for the number of samples of the containers with the most and the fewest samples in the range before the time of the query. For
 * the fewest, only containers count that were sampled in the first and in the last quarter of the range.
 */
function samplesQuery(scope: Scope, rangeSeconds: number): string {
  const quarter = rangeSeconds / 4
  const by = ['namespace', 'pod', 'container']
  const count = (range: string) =>
    aggregated(
      'max',
      by,
      { ...scope, keep: [] },
      (select) => `count_over_time(${select(CPU_METRIC, OF_CONTAINERS)}${range}`,
    )
  const all = count(`[${rangeSeconds}s])`)
  const whole = `(${all}) and (${count(`[${quarter}s] offset ${rangeSeconds - quarter}s)`)}) and (${count(`[${quarter}s])`)})`
  const tagged = (value: string, tag: string) => `label_replace(${value},"scraped","${tag}","","")`
  return `${tagged(`max(${all})`, 'most')} or ${tagged(`min(${whole})`, 'least')}`
}

/** The interval that results in this number of samples in a range. A range may contain one sample more or less than intervals. */
export function intervalOf(rangeSeconds: number, samples: number): number {
  const about = rangeSeconds / samples
  const distance = (usual: number) => Math.abs(usual / about - 1)
  const nearest = USUAL.reduce((best, usual) => (distance(usual) < distance(best) ? usual : best))
  return distance(nearest) < 0.15 ? nearest : Math.ceil(about)
}

/** Finds the scrape intervals of a namespace at the ends and in the middle of a window. */
export class ScrapeIntervals {
  readonly #reader: StoreReader
  /** The last interval that was found, because a namespace may have had no container at some time. */
  #last: ScrapeInterval | undefined
  /** Results by namespace and time: a span that is too much is tried again with the same beginning. */
  readonly #found = new LRUCache<string, ScrapeInterval | typeof UNKNOWN>({ max: 100 })

  constructor(reader: StoreReader) {
    this.#reader = reader
  }

  /** @returns undefined if no container has had enough samples yet */
  async in(scope: Scope, window: TimeWindow): Promise<ScrapeInterval | undefined> {
    const found: ScrapeInterval[] = []
    for (const seconds of timesIn(window)) {
      const interval = await this.#at(scope, seconds)
      if (interval) found.push(interval)
    }
    if (found.length > 0) {
      this.#last = {
        shortestSeconds: Math.min(...found.map(({ shortestSeconds }) => shortestSeconds)),
        longestSeconds: Math.max(...found.map(({ longestSeconds }) => longestSeconds)),
      }
    }
    return this.#last
  }

  async #at(scope: Scope, seconds: number): Promise<ScrapeInterval | undefined> {
    const key = `${scope.namespace}@${seconds}`
    const known = this.#found.get(key) ?? (await this.#ask(scope, seconds)) ?? UNKNOWN
    this.#found.set(key, known)
    return known === UNKNOWN ? undefined : known
  }

  async #ask(scope: Scope, seconds: number): Promise<ScrapeInterval | undefined> {
    for (const range of [HOUR_SECONDS, DAY_SECONDS]) {
      const samples = new Map<string, number>()
      for (const { labels, value } of await this.#samples(scope, range, seconds))
        if (value >= 1) samples.set(labels.scraped ?? '', value)
      const most = samples.get('most')
      if (most === undefined || most < LEAST_SAMPLES) continue
      const shortestSeconds = intervalOf(range, most)
      const longest = Math.min(intervalOf(range, samples.get('least') ?? most), LONGEST_SECONDS)
      return { shortestSeconds, longestSeconds: Math.max(shortestSeconds, longest) }
    }
    return undefined
  }

  async #samples(scope: Scope, rangeSeconds: number, seconds: number): Promise<readonly Amount[]> {
    try {
      return await this.#reader.at(samplesQuery(scope, rangeSeconds), seconds)
    } catch (error) {
      // If the store does not allow such a range, the interval is unknown, and rates use the usual intervals.
      if (error instanceof TooMuchError) return []
      throw error
    }
  }
}

const UNKNOWN = 'unknown'

function timesIn({ fromSeconds, toSeconds }: TimeWindow): number[] {
  const length = toSeconds - fromSeconds
  if (length <= 2 * HOUR_SECONDS) return [toSeconds]
  const first = fromSeconds + HOUR_SECONDS
  return length <= DAY_SECONDS ? [first, toSeconds] : [first, (first + toSeconds) / 2, toSeconds]
}
