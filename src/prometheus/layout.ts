/**
 * How series name the objects that they are about. A target that is scraped without `honor_labels` keeps `namespace`, `pod` and
 * `container` for itself, and what it says of others arrives as `exported_namespace`, `exported_pod` and so on.
 */
export interface Layout {
  readonly forms: readonly Form[]
}

/** Who reports something: the kubelets on usage, kube-state-metrics on objects. */
export type Reporter = 'usage' | 'state'

/** Series of one kind in a layout. */
export interface Form {
  /** Label with the namespace of the object. */
  readonly namespaceLabel: string
  /** Matchers that keep the series of other forms out. */
  readonly matchers: readonly string[]
  /** Gives the results of an expression their usual labels. */
  readonly renamed: (expression: string) => string
}

/** Labels by which metrics name objects, and which a target may have for itself. */
const SUBJECTS = ['namespace', 'pod', 'container', 'node'] as const

const plain: Form = { namespaceLabel: 'namespace', matchers: [], renamed: (expression) => expression }

/** Usual layout: every series names its object in the usual labels. */
export const PLAIN: Layout = { forms: [plain] }

/** Layout where some of the series, or all, have the labels of their objects under other names. */
export const EXPORTED: Layout = {
  forms: [
    { namespaceLabel: 'exported_namespace', matchers: [], renamed },
    { namespaceLabel: 'namespace', matchers: ['exported_namespace=""'], renamed },
  ],
}

export function formsOf(layout: Layout = PLAIN): readonly Form[] {
  return layout.forms
}

function renamed(expression: string): string {
  return SUBJECTS.reduce(
    (inner, label) => `label_replace(${inner},"${label}","$1","exported_${label}","(.+)")`,
    expression,
  )
}

/** Query for series that name their object under other names, in the range before the time of the query. */
export function exportedQuery(metrics: readonly string[], matchers: readonly string[], rangeSeconds: number): string {
  const name = `__name__=~"${metrics.join('|')}"`
  const of = (label: string) =>
    `last_over_time({${[name, ...matchers, `exported_${label}!=""`].join(',')}}[${rangeSeconds}s])`
  return `count(${of('namespace')}) or count(${of('pod')})`
}
