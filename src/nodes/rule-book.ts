import type { PodClass, Problem, Rule } from './problem.ts'

/** Counts the Pods that state each rule and those that it matches, by domain, and says where a Pod may go. */
export class RuleBook {
  readonly #counts: Counts[]
  readonly #kindOf: Int32Array

  constructor({ rules }: Problem, kindOf: Int32Array) {
    this.#kindOf = kindOf
    this.#counts = rules.map((rule) => new Counts(rule, kindOf))
  }

  allow({ owns, matches }: PodClass, node: number): boolean {
    if (owns.length === 0 && matches.length === 0) return true
    const kind = this.#kindOf[node]!
    for (const index of owns) if (!this.#counts[index]!.allowsOwner(node, kind, matches.includes(index))) return false
    for (const index of matches) if (!this.#counts[index]!.allowsMatch(node, kind)) return false
    return true
  }

  add({ owns, matches }: PodClass, node: number, by: 1 | -1): void {
    if (owns.length === 0 && matches.length === 0) return
    const kind = this.#kindOf[node]!
    for (const index of owns) this.#counts[index]!.addOwner(node, kind, by)
    for (const index of matches) this.#counts[index]!.addMatch(node, kind, by)
  }

  /** Whether, after Pods of these classes were moved, all Pods that need a neighbour still have one, and no domain has too many. */
  areKept(classes: readonly PodClass[]): boolean {
    const touched = new Set(classes.flatMap(({ owns, matches }) => [...owns, ...matches]))
    return [...touched].every((index) => this.#counts[index]!.isKept())
  }
}

class Counts {
  readonly #rule: Rule
  /** Number of Pods in each domain that state the rule, and that it matches. */
  readonly #owners: Int32Array
  readonly #matched: Int32Array
  #allMatched = 0
  /** For `spread`: the domains that count, and the least of their numbers; undefined when it may have changed. */
  readonly #counted: readonly number[]
  #least: number | undefined = 0

  constructor(rule: Rule, kindOf: Int32Array) {
    this.#rule = rule
    const { domains } = rule
    const size = domains ? domains.reduce((most, domain) => Math.max(most, domain), -1) + 1 : kindOf.length
    this.#owners = new Int32Array(size)
    this.#matched = new Int32Array(size)
    this.#counted = rule.type === 'spread' ? countedDomains(rule, kindOf) : []
  }

  #domainOf(node: number, kind: number): number {
    return this.#rule.domains ? this.#rule.domains[kind]! : node
  }

  allowsOwner(node: number, kind: number, isMatched: boolean): boolean {
    const domain = this.#domainOf(node, kind)
    switch (this.#rule.type) {
      case 'apart':
        return domain < 0 || this.#matched[domain] === 0
      case 'together':
        // The first of Pods that want each other's company may start anywhere.
        return domain >= 0 && (this.#matched[domain]! > 0 || (isMatched && this.#allMatched === 0))
      case 'spread':
        return domain >= 0 && this.#matched[domain]! + (isMatched ? 1 : 0) - this.#leastMatched() <= this.#rule.maxSkew
    }
  }

  allowsMatch(node: number, kind: number): boolean {
    if (this.#rule.type !== 'apart') return true
    const domain = this.#domainOf(node, kind)
    return domain < 0 || this.#owners[domain] === 0
  }

  addOwner(node: number, kind: number, by: 1 | -1): void {
    const domain = this.#domainOf(node, kind)
    if (domain >= 0) this.#owners[domain]! += by
  }

  addMatch(node: number, kind: number, by: 1 | -1): void {
    const domain = this.#domainOf(node, kind)
    if (domain < 0 || (this.#rule.type === 'spread' && !this.#rule.counted[kind])) return
    const before = this.#matched[domain]!
    this.#matched[domain] = before + by
    this.#allMatched += by
    if (this.#least !== undefined && (by < 0 || before === this.#least)) this.#least = undefined
  }

  /** Whether all Pods that need a neighbour have one, and no domain has too many more than another. */
  isKept(): boolean {
    const { type, maxSkew } = this.#rule
    if (type === 'together') return this.#owners.every((owners, domain) => owners === 0 || this.#matched[domain]! > 0)
    if (type !== 'spread') return true
    const most = this.#leastMatched() + maxSkew
    return this.#counted.every((domain) => this.#owners[domain] === 0 || this.#matched[domain]! <= most)
  }

  #leastMatched(): number {
    if (this.#counted.length < this.#rule.minDomains) return 0
    if (this.#least === undefined) {
      let least = Number.POSITIVE_INFINITY
      for (const domain of this.#counted) least = Math.min(least, this.#matched[domain]!)
      this.#least = Number.isFinite(least) ? least : 0
    }
    return this.#least
  }
}

function countedDomains({ domains, counted }: Rule, kindOf: Int32Array): number[] {
  if (!domains) return [...kindOf.keys()].filter((node) => counted[kindOf[node]!])
  return [...new Set(domains.filter((domain, kind) => domain >= 0 && counted[kind]))]
}
