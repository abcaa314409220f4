/** One time series: its labels, and its points as they are written. */
export interface JsonSeries {
  readonly labels: Readonly<Record<string, unknown>>
  /** Pairs of a time and a value; anything else is a bad point. */
  readonly points: Iterable<unknown>
}

/** What a JSON value holds of usage. */
export type Item =
  | { readonly series: JsonSeries }
  | { readonly record: Readonly<Record<string, unknown>> }
  | { readonly bad: string }
  /** What the store says of its answer. */
  | { readonly says: string }
