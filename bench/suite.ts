/** One figure that a suite came to. Its name is the one that ranges.yaml has. */
export interface Figure {
  readonly name: string
  readonly value: number
}

export interface Outcome {
  readonly figures: readonly Figure[]
  /** What else is to be told, in whole lines. */
  readonly notes: readonly string[]
}

/** Options that a suite may take: one seed instead of all, and another number of runs. Each is a whole number from 1 on. */
export const OPTIONS = ['seed', 'runs'] as const
export type Option = (typeof OPTIONS)[number]
export type Options = Readonly<Partial<Record<Option, number>>>

/**
 * A file in bench/suites/: `npm run bench -- NAME` runs bench/suites/NAME.ts and holds its figures against ranges.yaml.
 */
export interface Suite {
  /** What it measures, in a line. */
  readonly about: string
  /** Options that it takes, such as `--seed 3`; none by default. */
  readonly options?: readonly Option[]
  /**
   * @param tell what is being done
   * @param options those that were given
   * @returns the figures, or why it cannot run here
   */
  run(tell: (text: string) => void, options: Options): Promise<Outcome | { readonly skipped: string }>
}
