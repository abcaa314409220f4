/** The Prometheus that the reader chose. */
export const DATASOURCE = { type: 'prometheus', uid: '$datasource' } as const

export interface Query {
  readonly expr: string
  /** Name of a series, such as `{{namespace}}`. */
  readonly legend?: string
}

/** A panel before it has a place on the page. */
export interface Panel {
  readonly type: 'stat' | 'timeseries' | 'bargauge'
  readonly title: string
  /** What the panel shows and what to do about it, in whole sentences. */
  readonly description: string
  /** Grafana's name of the unit. */
  readonly unit: 'short' | 'bytes' | 's' | 'percentunit' | 'reqps'
  /** Width and height in cells; a page is 24 cells wide. */
  readonly size: readonly [width: number, height: number]
  readonly queries: readonly Query[]
  /** Colours from a value on; by default Grafana's own. */
  readonly steps?: readonly { readonly from: number | null; readonly color: string }[]
}

/** Panels about one question, under a heading. */
export interface Section {
  readonly title: string
  readonly panels: readonly Panel[]
}

type Options = Omit<Panel, 'type' | 'title' | 'queries' | 'size'> & Partial<Pick<Panel, 'size'>>

/** One figure. */
export function stat(title: string, expr: string, options: Options): Panel {
  return { type: 'stat', title, size: [4, 4], queries: [{ expr }], ...options }
}

/** Curves over time. */
export function graph(title: string, queries: readonly Query[], options: Options): Panel {
  return { type: 'timeseries', title, size: [12, 8], queries, ...options }
}

/** Current values, one bar for each. */
export function bars(title: string, query: Query, options: Options): Panel {
  return { type: 'bargauge', title, size: [12, 8], queries: [query], ...options }
}

/** A figure that is good at 0, and bad above. */
export const GOOD_AT_ZERO: NonNullable<Panel['steps']> = [
  { from: null, color: 'green' },
  { from: 1, color: 'red' },
]

/** A figure that is bad at 0, and good above. */
export const BAD_AT_ZERO: NonNullable<Panel['steps']> = [
  { from: null, color: 'red' },
  { from: 1, color: 'green' },
]
