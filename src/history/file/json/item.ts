/** One time series: its labels, and its points as in the file. */
export interface JsonSeries {
  readonly labels: Readonly<Record<string, unknown>>
  /** Pairs of a time and a value; anything else is a bad point. */
  readonly points: Iterable<unknown>
}

/** Usage in a JSON value. */
export type Item =
  | { readonly series: JsonSeries }
  | { readonly record: Readonly<Record<string, unknown>> }
  | { readonly bad: string }
  /** A message of the store about its answer. */
  | { readonly says: string }
