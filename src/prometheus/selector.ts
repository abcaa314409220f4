import { type Labels, SANDBOX } from '../history/index.ts'
import { type Form, formsOf, type Layout, PLAIN } from './layout.ts'

/** Which series a query selects. */
export interface Scope {
  /** Namespace of the series; if missing, all namespaces. */
  readonly namespace?: string | undefined
  /** Labels that every series must have, such as `{ cluster: 'prod' }` if a store has data of several clusters. */
  readonly labels: Labels
  /** How the series name their objects; by default as Kubernetes does. */
  readonly layout?: Layout | undefined
  /** Further labels that aggregation keeps, such as those that may distinguish clusters. */
  readonly keep?: readonly string[] | undefined
}

/** Value of a label in settings and options that accepts all values, because all of them belong to one cluster. */
export const ANY_VALUE = '*'

/** Matchers for containers that have resources: neither the totals of a Pod nor its sandbox. */
export const OF_CONTAINERS = ['container!=""', `container!=${string(SANDBOX)}`]

/** A vector selector, such as `up{job="a",namespace="shop"}`. Matchers must be PromQL; names and values of the scope are quoted. */
export function selector(
  metric: string,
  { namespace, labels }: Scope,
  matchers: readonly string[] = [],
  form: Form = PLAIN.forms[0]!,
): string {
  const equal = [
    ...(namespace === undefined ? [] : [[form.namespaceLabel, namespace] as const]),
    ...Object.entries(labels).filter(([, value]) => value !== ANY_VALUE),
  ]
  const all = [...matchers, ...form.matchers, ...equal.map(([name, value]) => `${name}=${string(value)}`)]
  return `${metric}{${all.join(',')}}`
}

/** Selects series of a metric inside a query. */
export type Select = (metric: string, matchers?: readonly string[]) => string

/**
 * An aggregation over the series of a scope, in all forms of its layout. It keeps the labels in `by` and those that the scope keeps.
 *
 * @param of expression over selectors, such as ``(select) => `rate(${select('x')}[5m])` ``
 */
export function aggregated(
  how: 'max' | 'sum' | 'count',
  by: readonly string[],
  scope: Scope,
  of: (select: Select) => string,
): string {
  return formsOf(scope.layout)
    .map((form) => {
      const expression = of((metric, matchers) => selector(metric, scope, matchers, form))
      return `${how} by (${[...by, ...(scope.keep ?? [])].join(',')}) (${form.renamed(expression)})`
    })
    .join(' or ')
}

/** A matcher for one of several label values. Each may be followed by `rest`, a regular expression. */
export function oneOf(label: string, names: readonly string[], rest = ''): string {
  return `${label}=~${string(names.map((name) => `${escaped(name)}${rest}`).join('|'))}`
}

/** The letters and digits of generated names (k8s.io/apimachinery/pkg/util/rand). */
const GENERATED = '[bcdfghjklmnpqrstvwxz2456789]'

/**
 * A matcher for all Pods but those of these workloads, by the names that Deployments, StatefulSets and DaemonSets give them. Names of
 * Pods are cut after `namesInPods` characters of the workload's name.
 */
export function noPodOf(workloads: readonly string[], namesInPods: number): string {
  const names = workloads.map((name) => escaped(name.slice(0, namesInPods))).join('|')
  return `pod!~${string(`(${names})(-${GENERATED}{1,10})?-(${GENERATED}{5}|[0-9]+)`)}`
}

/** Escapes a name for RE2. Only dots need it. */
function escaped(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9-]/g, (character) => `\\${character}`)
}

/** A string literal of PromQL. JSON's escapes are a subset of Go's, whose rules PromQL follows. */
function string(value: string): string {
  return JSON.stringify(value)
}
