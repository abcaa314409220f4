import type { Labels } from '../owners.ts'

/** Which series or rows of a file a person wants, by labels or columns. */
export class Selection {
  readonly #wanted: readonly (readonly [name: string, value: string])[]

  /** @param labels values by name; '' for series without the label, '*' for all, which are then of one cluster */
  constructor(labels: Labels = {}) {
    this.#wanted = Object.entries(labels)
  }

  /** The labels of which one value is asked for, with that value. */
  get chosen(): readonly (readonly [name: string, value: string])[] {
    return this.#wanted.filter(([, value]) => value !== '*')
  }

  /** Whether a person has said which value of a label, or all of them, to take. */
  isSettled(name: string): boolean {
    return this.#wanted.some(([wanted]) => wanted === name)
  }

  takes(labels: Labels): boolean {
    return this.#wanted.every(([name, value]) => value === '*' || (labels[name] ?? '') === value)
  }
}
