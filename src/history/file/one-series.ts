/** How long a series must have no samples before one from another endpoint may follow it. */
const SILENT_SECONDS = 120
/** Number of series of one container that are remembered, usually one for each restart. */
const MAX_SERIES = 32

/** A time series of one container, identified by all its labels. */
export interface Series {
  /** Labels without those that change with each run of the container: they identify the scraped endpoint. */
  readonly endpoint: string
  /** Times of the first and the last sample that was used (Unix seconds). */
  firstSeconds: number
  lastSeconds: number
}

/**
 * Chooses one of several series of the same container of the same Pod for each time. There are several if a container was restarted
 * (one after the other), if both `/metrics/cadvisor` and `/metrics/resource` are scraped, and if two servers scrape (at the same time).
 * A file may contain them mixed or one after the other, in any order.
 */
export class OneSeries {
  readonly #taken: Series[] = []

  /** Whether to use this sample of a series. */
  takes(series: Series, timestampSeconds: number): boolean {
    for (const other of this.#taken) {
      if (other === series) continue
      const gap = other.endpoint === series.endpoint ? 0 : SILENT_SECONDS
      if (timestampSeconds >= other.firstSeconds - gap && timestampSeconds <= other.lastSeconds + gap) return false
    }
    if (!this.#taken.includes(series)) {
      this.#taken.push(series)
      if (this.#taken.length > MAX_SERIES) this.#taken.shift()
      series.firstSeconds = timestampSeconds
      series.lastSeconds = timestampSeconds
    }
    series.firstSeconds = Math.min(series.firstSeconds, timestampSeconds)
    series.lastSeconds = Math.max(series.lastSeconds, timestampSeconds)
    return true
  }
}
