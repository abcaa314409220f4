import { type Labels, SANDBOX } from '../history/index.ts'

/** Which series a query is about. */
export interface Scope {
  /** All namespaces when absent. */
  readonly namespace?: string | undefined
  /** Labels that every series must have, such as `{ cluster: 'prod' }` where a store holds several clusters. */
  readonly labels: Labels
}

/** Matchers for the containers that somebody sizes: neither totals of a Pod nor its sandbox. */
export const OF_CONTAINERS = ['container!=""', `container!=${string(SANDBOX)}`]

/** A vector selector, such as `up{job="a",namespace="shop"}`. Matchers must be PromQL; names and values of the scope are quoted. */
export function selector(metric: string, { namespace, labels }: Scope, matchers: readonly string[] = []): string {
  const equal = [...(namespace === undefined ? [] : [['namespace', namespace] as const]), ...Object.entries(labels)]
  return `${metric}{${[...matchers, ...equal.map(([name, value]) => `${name}=${string(value)}`)].join(',')}}`
}

/** A matcher for one of several names, or for names that begin alike where `rest` is given. */
export function oneOf(label: string, names: readonly string[], rest = ''): string {
  return `${label}=~${string(names.map((name) => `${escaped(name)}${rest}`).join('|'))}`
}

/** RE2 takes the characters of names as they are, except for dots. */
function escaped(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9-]/g, (character) => `\\${character}`)
}

/** A string of PromQL. JSON's escapes are among Go's, whose rules PromQL follows. */
function string(value: string): string {
  return JSON.stringify(value)
}
