import { selects } from '../policy/index.ts'
import type { ClusterNode, ClusterPod, PodRule } from './cluster.ts'
import { HOSTNAME_LABEL, labelOf, matchesTerms } from './node-match.ts'
import type { Rule } from './problem.ts'

/** Number of rules that are considered. Further rules are left out, because the work grows with rules times Pods. */
const MOST_RULES = 2000

export interface RulesOfPods {
  readonly all: readonly Rule[]
  /** Rules that a Pod states, and rules that it is selected by. */
  readonly of: (pod: ClusterPod) => { readonly owns: readonly number[]; readonly matches: readonly number[] }
  readonly problems: readonly string[]
}

interface Stated {
  readonly rule: PodRule
  readonly index: number
}

/** Collects the rules of all Pods: equal ones are one rule. A port of the node is a rule that keeps its Pods apart. */
export function collectRules(pods: readonly ClusterPod[], kinds: readonly ClusterNode[]): RulesOfPods {
  const all: Rule[] = []
  const stated = new Map<string, Stated>()
  const ports = new Map<string, number>()
  let leftOut = 0
  const textOf = (pod: ClusterPod, rule: PodRule) =>
    JSON.stringify(rule.type === 'spread' ? [rule, pod.nodeTerms] : [rule])
  for (const pod of pods) {
    for (const rule of pod.rules) {
      const key = textOf(pod, rule)
      if (stated.has(key)) continue
      if (all.length >= MOST_RULES) leftOut++
      else stated.set(key, { rule, index: all.push(ruleFor(rule, pod, kinds)) - 1 })
    }
    for (const port of pod.hostPorts) {
      if (ports.has(port)) continue
      if (all.length >= MOST_RULES) leftOut++
      else ports.set(port, all.push(ruleFor(PORT_RULE, pod, kinds)) - 1)
    }
  }
  const candidatesOf = candidates([...stated.values()])
  const matched = new Map<string, readonly number[]>()
  const matchesOf = (pod: ClusterPod): readonly number[] => {
    const key = JSON.stringify([pod.namespace, pod.labels])
    const known = matched.get(key)
    if (known) return known
    const found = candidatesOf(pod).filter(({ rule }) => selects(rule.selector, pod.labels))
    const indexes = found.map(({ index }) => index).sort((one, other) => one - other)
    matched.set(key, indexes)
    return indexes
  }
  return {
    all,
    of: (pod) => {
      const own = pod.rules.flatMap((rule) => stated.get(textOf(pod, rule))?.index ?? [])
      const its = pod.hostPorts.flatMap((port) => ports.get(port) ?? [])
      return { owns: [...new Set([...own, ...its])], matches: [...new Set([...matchesOf(pod), ...its])] }
    },
    problems:
      leftOut === 0
        ? []
        : [
            `The Pods state more than ${MOST_RULES} different rules about each other. ${leftOut} are ignored, so more nodes may be needed than shown.`,
          ],
  }
}

const PORT_RULE: PodRule = {
  ...{ type: 'apart', topologyKey: HOSTNAME_LABEL, selector: {}, namespaces: undefined },
  ...{ maxSkew: 1, minDomains: 1 },
}

function ruleFor(
  { type, topologyKey, maxSkew, minDomains }: PodRule,
  pod: ClusterPod,
  kinds: readonly ClusterNode[],
): Rule {
  const values = new Map<string, number>()
  const domainOf = ({ labels }: ClusterNode) => {
    const value = labelOf(labels, topologyKey)
    if (value === undefined) return -1
    const domain = values.get(value) ?? values.size
    values.set(value, domain)
    return domain
  }
  return {
    ...{ type, maxSkew, minDomains },
    domains: topologyKey === HOSTNAME_LABEL ? undefined : Int32Array.from(kinds, domainOf),
    counted: kinds.map((node) => type === 'spread' && matchesTerms(node, pod.nodeTerms)),
  }
}

/** Finds the rules that may select a Pod, by its namespace and one label of the selector, so that few are left to look at. */
function candidates(stated: readonly Stated[]): (pod: ClusterPod) => readonly Stated[] {
  const keyed = stated.flatMap((one) => {
    const [label] = Object.entries(one.rule.selector.matchLabels ?? {})
    return (one.rule.namespaces ?? [ANYWHERE]).map((namespace) => ({ key: keyOf(namespace, label), one }))
  })
  const byKey = Map.groupBy(keyed, ({ key }) => key)
  return ({ namespace, labels }) =>
    [ANYWHERE, namespace].flatMap((where) =>
      [undefined, ...Object.entries(labels)].flatMap((label) =>
        (byKey.get(keyOf(where, label)) ?? []).map(({ one }) => one),
      ),
    )
}

/** No namespace has this name. */
const ANYWHERE = ''

function keyOf(namespace: string, label: readonly [name: string, value: string] | undefined): string {
  return label ? `${namespace}/${label[0]}=${label[1]}` : namespace
}
