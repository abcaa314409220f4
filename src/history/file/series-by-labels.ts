import { LRUCache } from 'lru-cache'
import { own } from '../own.ts'
import { SERIES_FOLLOWED } from './row-reader.ts'

/** State of the series of one metric, by the text of their labels, so that each is parsed only once. */
export class SeriesByLabels<T extends object> {
  readonly #series = new LRUCache<string, T>({ max: SERIES_FOLLOWED })
  // In an export, the lines of a series follow one another: comparing with the line before is faster than a look-up.
  #lastText = ''
  #last: T | undefined

  get(labelText: string): T | undefined {
    if (this.#last && labelText === this.#lastText) return this.#last
    const known = this.#series.get(labelText)
    if (known) this.#remember(labelText, known)
    return known
  }

  set(labelText: string, known: T): T {
    this.#series.set(own(labelText), known)
    this.#remember(labelText, known)
    return known
  }

  #remember(labelText: string, known: T): void {
    this.#lastText = labelText
    this.#last = known
  }
}
