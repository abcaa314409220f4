import { type Labels, SANDBOX } from '../history/index.ts'
import type { Workload } from '../workloads/index.ts'
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

/** A workload of the namespace that is read. */
export type NamedWorkload = Pick<Workload, 'kind' | 'name'>

/** What follows the name of a workload in the names of its Pods, by kind: a regular expression. Hashes of templates have six to ten characters. */
const AFTER_NAME: Readonly<Record<string, string>> = {
  Deployment: `-${GENERATED}{6,10}-${GENERATED}{5}`,
  Rollout: `-${GENERATED}{6,10}-${GENERATED}{5}`,
  ReplicaSet: `-${GENERATED}{5}`,
  DaemonSet: `-${GENERATED}{5}`,
  StatefulSet: '-[0-9]+',
}

/**
 * A matcher for all Pods but those of these workloads, by the names that their kinds give to Pods.
 *
 * @returns undefined if none of the workloads is of such a kind
 */
export function noPodOf(workloads: readonly NamedWorkload[]): string | undefined {
  const byKind = Map.groupBy(
    workloads.filter(({ kind }) => kind in AFTER_NAME),
    ({ kind }) => AFTER_NAME[kind]!,
  )
  if (byKind.size === 0) return undefined
  const patterns = [...byKind].map(([rest, its]) => `(${its.map(({ name }) => escaped(name)).join('|')})${rest}`)
  return `pod!~${string(patterns.join('|'))}`
}

/** Escapes a name for RE2. Only dots need it. */
function escaped(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9-]/g, (character) => `\\${character}`)
}

/** A string literal of PromQL. JSON's escapes are a subset of Go's, whose rules PromQL follows. */
function string(value: string): string {
  return JSON.stringify(value)
}
