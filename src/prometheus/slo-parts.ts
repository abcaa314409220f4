import {
  ANYWHERE,
  type Answers,
  type Catalog,
  type Counted,
  EDGES_AT_FIRST,
  type KnownPods,
  type Part,
  Parts,
  partsOf,
  type Row,
  RowIndex,
  type SloPlan,
  type Where,
} from '../slos/index.ts'

/** Maximum number of bucket boundaries that are requested at and below a threshold. */
const MOST_EDGES = 64

/** Rows of an expression belong to the Pods that they name. */
const EXPRESSIONS: Where = { ...ANYWHERE, matchers: [] }

/** Which parts of queries the SLOs of a namespace need, given the series in the store, without parts that it has refused. */
export class SloParts {
  readonly #pods: KnownPods
  #catalog: Catalog | undefined
  #edges = EDGES_AT_FIRST
  #all: readonly Part[] = []
  /** Objects of the rows of each part. */
  #wheres = new Map<string, Where>()
  #counted = new Map<SloPlan, readonly Counted[]>()
  readonly #refused = new Map<string, string>()

  constructor(pods: KnownPods) {
    this.#pods = pods
  }

  /** Whether the series in the store are known. */
  get isKnown(): boolean {
    return this.#catalog !== undefined
  }

  /** Plans the parts again for some plans, with a newer catalog if there is one. */
  layOut(plans: readonly SloPlan[], catalog = this.#catalog): void {
    this.#catalog = catalog
    const parts = new Parts(this.#catalog ?? new Map(), this.#edges)
    this.#counted = new Map(
      plans.flatMap((plan) => ('source' in plan ? [[plan, parts.add(plan.source)] as const] : [])),
    )
    this.#all = parts.all
    this.#wheres = new Map(this.#all.map((part) => [part.key, part.kind === 'expression' ? EXPRESSIONS : part.where]))
    for (const key of this.#refused.keys()) if (!this.has(key)) this.#refused.delete(key)
  }

  /**
   * Requests four times as many bucket boundaries from the next layout on.
   *
   * @returns whether there may be more
   */
  takeMoreEdges(): boolean {
    if (this.#edges >= MOST_EDGES) return false
    this.#edges *= 4
    return true
  }

  has(key: string): boolean {
    return this.#wheres.has(key)
  }

  /** Parts to read. */
  get wanted(): readonly Part[] {
    return this.#all.filter(({ key }) => !this.#refused.has(key))
  }

  /** Parts to read for some plans. */
  wantedBy(plans: readonly SloPlan[]): readonly Part[] {
    const keys = new Set(plans.flatMap((plan) => this.countedOf(plan).flatMap(partsOf)))
    return this.wanted.filter(({ key }) => keys.has(key))
  }

  /** Ways to count the requests of a plan. */
  countedOf(plan: SloPlan): readonly Counted[] {
    return this.#counted.get(plan) ?? []
  }

  /** Records that the store has refused the query of a part. */
  refuse(key: string, why: string): void {
    this.#refused.set(key, why)
  }

  /** Allows queries again that the store has refused. */
  tryAgain(): void {
    this.#refused.clear()
  }

  /** Why the store refused the query of a part; undefined if it did not. */
  whyRefused(key: string): string | undefined {
    return this.#refused.get(key)
  }

  /** Rows by the key of their part, each indexed by workload when it is first needed. */
  indexed(rowsOf: (key: string) => readonly Row[] | undefined): Answers {
    const known = new Map<string, RowIndex>()
    return (key) => {
      const before = known.get(key)
      const rows = rowsOf(key)
      const where = this.#wheres.get(key)
      if (before || !rows || !where) return before
      const index = new RowIndex(rows, where, this.#pods)
      known.set(key, index)
      return index
    }
  }
}
