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

/**
 * A file in bench/suites/: `npm run bench -- NAME` runs bench/suites/NAME.ts and holds its figures against ranges.yaml.
 */
export interface Suite {
  /** What it measures, in a line. */
  readonly about: string
  /**
   * @param tell what is being done
   * @returns the figures, or why it cannot run here
   */
  run(tell: (text: string) => void): Promise<Outcome | { readonly skipped: string }>
}
