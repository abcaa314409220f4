import type { Notice } from '../notices/index.ts'

/** Reports once when reading usage has failed for too long, and again only after it has succeeded in between. */
export class HistoryWatch {
  readonly #staleMilliseconds: number
  #failingSince: number | undefined
  #isTold = false

  constructor(staleMilliseconds: number) {
    this.#staleMilliseconds = staleMilliseconds
  }

  succeeded(): void {
    this.#failingSince = undefined
    this.#isTold = false
  }

  /** @returns the notice to send; undefined if there is none */
  failed(error: Error, nowMilliseconds: number): Notice | undefined {
    this.#failingSince ??= nowMilliseconds
    const failing = nowMilliseconds - this.#failingSince
    if (this.#isTold || failing < this.#staleMilliseconds) return undefined
    this.#isTold = true
    const minutes = Math.floor(failing / 60_000)
    return {
      type: 'StaleHistory',
      message: `Usage has not been read for ${minutes} minutes, so Plimsoll learns nothing new: ${error.message}`,
    }
  }
}
