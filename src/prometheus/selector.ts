import { type Labels, SANDBOX } from '../history/index.ts'

/** Which series a query selects. */
export interface Scope {
  /** Namespace of the series; if missing, all namespaces. */
  readonly namespace?: string | undefined
  /** Labels that every series must have, such as `{ cluster: 'prod' }` if a store holds several clusters. */
  readonly labels: Labels
}

/** Matchers for containers that have resources: neither the totals of a Pod nor its sandbox. */
export const OF_CONTAINERS = ['container!=""', `container!=${string(SANDBOX)}`]

/** A vector selector, such as `up{job="a",namespace="shop"}`. Matchers must be PromQL; names and values of the scope are quoted. */
export function selector(metric: string, { namespace, labels }: Scope, matchers: readonly string[] = []): string {
  const equal = [...(namespace === undefined ? [] : [['namespace', namespace] as const]), ...Object.entries(labels)]
  return `${metric}{${[...matchers, ...equal.map(([name, value]) => `${name}=${string(value)}`)].join(',')}}`
}

/** A matcher for one of several label values. Each may be followed by `rest`, a regular expression. */
export function oneOf(label: string, names: readonly string[], rest = ''): string {
  return `${label}=~${string(names.map((name) => `${escaped(name)}${rest}`).join('|'))}`
}

/** Escapes a name for RE2. Its characters match themselves, except for dots. */
function escaped(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9-]/g, (character) => `\\${character}`)
}

/** A string literal of PromQL. JSON's escapes are a subset of Go's, whose rules PromQL follows. */
function string(value: string): string {
  return JSON.stringify(value)
}
