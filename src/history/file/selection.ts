import type { Labels } from '../owners.ts'

/** Series or rows of a file that a person has selected, by labels or columns. */
export class Selection {
  readonly #wanted: readonly (readonly [name: string, value: string])[]

  /** @param labels values by name; '' for series without the label, '*' for all, which then count as one cluster */
  constructor(labels: Labels = {}) {
    this.#wanted = Object.entries(labels)
  }

  /** The labels for which one value is selected, with that value. */
  get chosen(): readonly (readonly [name: string, value: string])[] {
    return this.#wanted.filter(([, value]) => value !== '*')
  }

  /** Whether a person has selected a value of a label, or all values. */
  isSettled(name: string): boolean {
    return this.#wanted.some(([wanted]) => wanted === name)
  }

  takes(labels: Labels): boolean {
    return this.#wanted.every(([name, value]) => value === '*' || (labels[name] ?? '') === value)
  }
}
