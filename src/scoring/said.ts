const BINS = 10
/** Confidences that changes need by default, by criticality (settings, approval.confidence). */
const PASSES = [0.6, 0.8, 0.9] as const

/** Decisions that stated about the same confidence, and how often they held. */
export interface CalibrationBin {
  readonly rows: number
  /** Mean of the stated confidences, and the share of the rows that held; NaN if there are no rows. */
  readonly said: number
  readonly held: number
}

/** Stated confidences compared with what happened. */
export interface Stated {
  readonly rows: number
  /** Ten bins of equal width, from 0 to 1. */
  readonly bins: readonly CalibrationBin[]
  /** Mean distance between stated confidence and share that held, over the bins, weighted by their rows. */
  readonly error: number
  readonly held: number
  /** Shares of the rows that stated 0.6 and 0.8 or more. */
  readonly pass: readonly [low: number, medium: number]
  /** Share of the rows that stated 0.9 or more, and the share of these that held (NaN if there are none). */
  readonly sureRows: number
  readonly sureHeld: number
  /** Mean squared error of the confidences (Brier 1950), and that of a forecast that always states the mean. */
  readonly brier: number
  readonly brierOfMean: number
}

/** Collects stated confidences and whether they held. */
export class SaidRecord {
  readonly #rows = new Float64Array(BINS)
  readonly #said = new Float64Array(BINS)
  readonly #held = new Float64Array(BINS)
  readonly #passed: [number, number, number] = [0, 0, 0]
  #sureHeld = 0
  #squares = 0

  add(confidence: number, held: boolean): void {
    const bin = Math.min(BINS - 1, Math.floor(confidence * BINS))
    const outcome = held ? 1 : 0
    this.#rows[bin]!++
    this.#said[bin]! += confidence
    this.#held[bin]! += outcome
    this.#squares += (confidence - outcome) ** 2
    for (const [i, least] of PASSES.entries()) if (confidence >= least) this.#passed[i]!++
    if (confidence >= PASSES[2]) this.#sureHeld += outcome
  }

  /** Summarizes; undefined if there is no confidence. */
  summary(): Stated | undefined {
    const rows = sum(this.#rows)
    if (rows === 0) return undefined
    const held = sum(this.#held) / rows
    const [low, medium, high] = this.#passed
    return {
      rows,
      bins: Array.from(this.#rows, (count, i) => ({
        rows: count,
        said: this.#said[i]! / count,
        held: this.#held[i]! / count,
      })),
      error: sum(this.#said.map((said, i) => Math.abs(said - this.#held[i]!))) / rows,
      held,
      pass: [low / rows, medium / rows],
      sureRows: high / rows,
      sureHeld: this.#sureHeld / high,
      brier: this.#squares / rows,
      brierOfMean: held * (1 - held),
    }
  }
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0)
}
