/**
 * How series name their objects. If a target is scraped without `honor_labels`, its own labels `namespace`, `pod` and `container`
 * replace those of the objects that it reports, which become `exported_namespace`, `exported_pod` and so on.
 */
export interface Layout {
  readonly forms: readonly Form[]
}

/** Who reports a series: the kubelets for usage, kube-state-metrics for objects. */
export type Reporter = 'usage' | 'state'

/** Series of one kind in a layout. */
export interface Form {
  /** Label with the namespace of the object. */
  readonly namespaceLabel: string
  /** Matchers that exclude the series of other forms. */
  readonly matchers: readonly string[]
  /** Renames the labels of an expression's results to the usual ones. */
  readonly renamed: (expression: string) => string
}

/** Labels that name objects, and that a target may have itself. */
const SUBJECTS = ['namespace', 'pod', 'container', 'node'] as const

const plain: Form = { namespaceLabel: 'namespace', matchers: [], renamed: (expression) => expression }

/** Usual layout: every series names its object in the usual labels. */
export const PLAIN: Layout = { forms: [plain] }

/** Layout in which some or all series have the labels of their objects under other names. */
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

/** Query for series that name their object in other labels, in the range before the time of the query. */
export function exportedQuery(metrics: readonly string[], matchers: readonly string[], rangeSeconds: number): string {
  const name = `__name__=~"${metrics.join('|')}"`
  const of = (label: string) =>
    `last_over_time({${[name, ...matchers, `exported_${label}!=""`].join(',')}}[${rangeSeconds}s])`
  return `count(${of('namespace')}) or count(${of('pod')})`
}
