/** How long a series must be silent before one from elsewhere may follow it. */
const SILENT_SECONDS = 120
/** Restarts of one container that are remembered. */
const MAX_SERIES = 32

/** A time series of one container: all its labels name it. */
export interface Series {
  /** Labels but for those that change with each run of the container: one scraped endpoint's view of it. */
  readonly endpoint: string
  /** Times of the samples that were taken from it. */
  firstSeconds: number
  lastSeconds: number
}

/**
 * Of the series that speak of the same container of the same Pod at the same time, lets one through. There are several
 * where a container was restarted (one after the other), where both `/metrics/cadvisor` and `/metrics/resource` are
 * scraped, and where two servers scrape (all along). A file may hold them mixed or one after the other, in any order.
 */
export class OneSeries {
  readonly #taken: Series[] = []

  /** Whether this sample of a series is to be used. */
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
    }
    series.lastSeconds = timestampSeconds
    return true
  }
}
