import {
  ANYWHERE,
  type Answers,
  type Catalog,
  type Counted,
  countRequests,
  EDGES_AT_FIRST,
  type KnownPods,
  type Part,
  Parts,
  partsOf,
  type Received,
  type Requests,
  type Row,
  RowIndex,
  readObjective,
  type SloPlan,
  type SloReading,
  soughtBy,
  type Where,
  type Whose,
} from '../slos/index.ts'
import type { SloCounts, SloWindow } from './slo-counts.ts'
import { type ByWorkload, WindowCount } from './window-count.ts'

/** A workload with SLOs. Workloads with the same SLOs share the plans. */
export interface SloWorkload {
  readonly whose: Whose
  readonly plans: readonly SloPlan[]
  /** The newest revision that its Pods have received, and when the first of them did, in Unix seconds; undefined if there is none. */
  readonly newest?: Received | undefined
}

export interface Burn {
  readonly longSeconds: number
  readonly shortSeconds: number
  /** The short window for people, such as `5m`. */
  readonly shortText: string
}

const LONG = 'long'
const SHORT = 'short'

/** The most edges that are asked for at and below a threshold. */
const MOST_EDGES = 64

interface Answered {
  readonly windows: ReadonlyMap<string, readonly Row[]>
  readonly atSeconds: number
}

/** The SLOs of one namespace: which series they need, what was read of them, and what follows for each workload. */
export class NamespaceSlos {
  readonly #burn: Burn
  readonly #pods: KnownPods
  #workloads: readonly SloWorkload[] = []
  #catalog: Catalog | undefined
  #edges = EDGES_AT_FIRST
  #needsMoreEdges = false
  #parts: readonly Part[] = []
  /** What the rows of each part are about. */
  #wheres = new Map<string, Where>()
  #counted = new Map<SloPlan, readonly Counted[]>()
  readonly #answers = new Map<string, Answered>()
  readonly #refused = new Map<string, string>()
  #failure: string | undefined
  #last: ReadonlyMap<string, readonly SloReading[]> = new Map()
  readonly #overWindow = new Map<SloPlan, ByWorkload<Requests>>()
  readonly #before = new Map<SloPlan, ByWorkload<NonNullable<SloReading['before']>>>()

  constructor(burn: Burn, pods: KnownPods) {
    this.#burn = burn
    this.#pods = pods
  }

  /** The workloads that have SLOs now. What was read of others is forgotten. */
  set(workloads: readonly SloWorkload[]): void {
    this.#noteBefore(workloads)
    const before = new Set(this.#plans())
    this.#workloads = workloads
    const plans = this.#plans()
    if (plans.length !== before.size || plans.some((plan) => !before.has(plan))) this.#layOut()
    for (const kept of [this.#overWindow, this.#before])
      for (const plan of kept.keys()) if (!plans.includes(plan)) kept.delete(plan)
  }

  get workloads(): readonly SloWorkload[] {
    return this.#workloads
  }

  /** Names of the series that are looked for: when they change, the catalog must be read again. */
  get sought() {
    return soughtBy(this.#plans().flatMap((plan) => ('source' in plan ? [plan.source] : [])))
  }

  /** Reads which series there are: one query. */
  async discover(counts: SloCounts, atSeconds: number): Promise<void> {
    this.#catalog = await counts.catalog(this.sought, Math.max(300, this.#burn.longSeconds), atSeconds)
    this.#layOut()
  }

  /** Parts for which one query each is enough. */
  groups(counts: SloCounts): readonly (readonly Part[])[] {
    return counts.together(this.#wanted(), this.#windows())
  }

  /** Reads a group of parts in both windows: one query, unless the store refuses it. */
  async read(counts: SloCounts, group: readonly Part[], atSeconds: number): Promise<void> {
    const { rows, refused } = await counts.read(group, this.#windows(), atSeconds)
    for (const [key, why] of refused) this.#refused.set(key, why)
    for (const { key } of group) {
      const windows = new Map([LONG, SHORT].map((name) => [name, rows.get(name)?.get(key) ?? []]))
      this.#answers.set(key, { windows, atSeconds })
    }
    this.#failure = undefined
  }

  /** Notes that the store could not be read. */
  failed(why: string): void {
    this.#failure = why
    this.#answers.clear()
  }

  /** Queries that the store has refused are tried again. */
  tryAgain(): void {
    this.#refused.clear()
  }

  /** Windows of objectives, in seconds. */
  get windows(): readonly number[] {
    return [...new Set(this.#plans().flatMap((plan) => ('source' in plan ? [plan.objective.windowSeconds] : [])))]
  }

  /** Begins to count the requests of a window that is too long to be read often: in spans, each a query for each group of parts. */
  startWindow(windowSeconds: number, endSeconds: number, spanSeconds: number): WindowCount {
    const plans = this.#plans().filter(({ objective }) => objective.windowSeconds === windowSeconds)
    return new WindowCount({
      ...{ plans, windowSeconds, endSeconds, spanSeconds },
      parts: this.#partsOf(plans),
      count: (plan, rows) => this.#count(plan, rows),
      onDone: (sums) => {
        for (const [plan, its] of sums) this.#overWindow.set(plan, its)
      },
    })
  }

  /** Times (Unix seconds) for which the requests before a revision are not known, the newest first. */
  timesBefore(nowSeconds: number, atMostSeconds: number): readonly number[] {
    const times = this.#workloads.flatMap(({ whose, plans, newest }) => {
      if (!newest || newest.receivedAtSeconds < nowSeconds - atMostSeconds) return []
      const isKnown = plans.every(
        (plan) => 'invalid' in plan || this.#before.get(plan)?.get(whose.key)?.revision === newest.revision,
      )
      return isKnown ? [] : [minuteOf(newest.receivedAtSeconds)]
    })
    return [...new Set(times)].sort((a, b) => b - a)
  }

  /** What was read shortly before a workload received a revision is what there was before it: that needs no query. */
  #noteBefore(workloads: readonly SloWorkload[]): void {
    for (const { whose, plans, newest } of workloads) {
      if (!newest) continue
      for (const [i, plan] of plans.entries()) {
        const reading = this.#last.get(whose.key)?.[i]
        const ageSeconds = newest.receivedAtSeconds - (reading?.readAtSeconds ?? 0)
        if (!reading?.burn || ageSeconds < 0 || ageSeconds > this.#burn.shortSeconds) continue
        if (this.#before.get(plan)?.get(whose.key)?.revision === newest.revision) continue
        this.#put(this.#before, plan, whose.key, { revision: newest.revision, requests: reading.burn.long })
      }
    }
  }

  /** Counts the requests of the long window that ended at a time of `timesBefore`: one query for each group of parts. */
  async readBefore(counts: SloCounts, timeSeconds: number): Promise<void> {
    const concerned = this.#workloads.filter(
      ({ newest }) => newest && minuteOf(newest.receivedAtSeconds) === timeSeconds,
    )
    const plans = [...new Set(concerned.flatMap(({ plans }) => plans))]
    const window = [{ name: LONG, seconds: this.#burn.longSeconds }]
    const rows = new Map<string, readonly Row[]>()
    for (const group of counts.together(this.#partsOf(plans), window)) {
      const answers = await counts.read(group, window, timeSeconds)
      for (const [key, found] of answers.rows.get(LONG)!) rows.set(key, found)
    }
    for (const plan of plans) {
      const found = this.#count(plan, rows)
      for (const { whose, newest, plans } of concerned) {
        if (!plans.includes(plan)) continue
        const requests = found.get(whose.key) ?? { bad: 0, total: 0 }
        this.#put(this.#before, plan, whose.key, { revision: newest!.revision, requests })
      }
    }
  }

  /** Whether a workload may have edges of buckets that were not asked for: then the next reading asks for more. */
  get needsMoreEdges(): boolean {
    return this.#needsMoreEdges
  }

  /** What is known of each objective of each workload. */
  readings(readAtSeconds: number): ReadonlyMap<string, readonly SloReading[]> {
    let isShort = false
    const answers = {
      long: this.#indexed((key) => this.#answers.get(key)?.windows.get(LONG)),
      short: this.#indexed((key) => this.#answers.get(key)?.windows.get(SHORT)),
    }
    const all = new Map(
      this.#workloads.map(({ whose, plans, newest }): [string, readonly SloReading[]] => {
        const its = plans.map((plan) => {
          const { mayHaveOtherEdges, ...reading } = this.#readingOf(plan, whose, answers, readAtSeconds)
          if (mayHaveOtherEdges) isShort = true
          const overWindow = this.#overWindow.get(plan)?.get(whose.key)
          const before = this.#before.get(plan)?.get(whose.key)
          const isNewest = before && before.revision === newest?.revision
          return { ...reading, ...(overWindow && { overWindow }), ...(isNewest && { before }) }
        })
        return [whose.key, its]
      }),
    )
    this.#needsMoreEdges = isShort && this.#edges < MOST_EDGES
    if (this.#needsMoreEdges) {
      this.#edges *= 4
      this.#layOut()
    }
    this.#last = all
    return all
  }

  #readingOf(
    plan: SloPlan,
    whose: Whose,
    answers: { readonly long: Answers; readonly short: Answers },
    readAtSeconds: number,
  ): ReturnType<typeof readObjective> {
    const { objective } = plan
    if ('invalid' in plan) return { objective, state: 'Invalid', message: plan.invalid, readAtSeconds }
    if (this.#failure !== undefined) return { objective, state: 'Unreachable', message: this.#failure, readAtSeconds }
    const counted = this.#counted.get(plan) ?? []
    const keys = counted.flatMap(partsOf)
    const why = keys.map((key) => this.#refused.get(key)).find((refused) => refused !== undefined)
    if (why !== undefined) return { objective, state: 'Invalid', message: why, readAtSeconds }
    if (this.#catalog === undefined || keys.some((key) => !this.#answers.has(key)))
      return { objective, state: 'Unreachable', message: 'its series have not been read yet', readAtSeconds }
    return readObjective({
      ...{ plan, counted, whose, answers, shortText: this.#burn.shortText },
      readAtSeconds: Math.min(readAtSeconds, ...keys.map((key) => this.#answers.get(key)!.atSeconds)),
    })
  }

  /** Requests of each workload with a plan, from rows of one window. */
  #count(plan: SloPlan, rows: ReadonlyMap<string, readonly Row[]>): ByWorkload<Requests> {
    const found: ByWorkload<Requests> = new Map()
    if ('invalid' in plan) return found
    const answers = this.#indexed((key) => rows.get(key))
    for (const { whose, plans } of this.#workloads) {
      if (!plans.includes(plan)) continue
      const count = countRequests(plan, this.#counted.get(plan) ?? [], answers, whose)
      if (count.kind === 'counted') found.set(whose.key, count.all)
    }
    return found
  }

  /** Rows by the key of their part, each indexed when it is first needed. */
  #indexed(rowsOf: (key: string) => readonly Row[] | undefined): Answers {
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

  #put<T>(into: Map<SloPlan, ByWorkload<T>>, plan: SloPlan, key: string, value: T): void {
    const its = into.get(plan) ?? new Map<string, T>()
    into.set(plan, its.set(key, value))
  }

  #plans(): SloPlan[] {
    return [...new Set(this.#workloads.flatMap(({ plans }) => plans))]
  }

  #windows(): readonly SloWindow[] {
    const { longSeconds, shortSeconds } = this.#burn
    return [
      { name: LONG, seconds: longSeconds },
      { name: SHORT, seconds: shortSeconds },
    ]
  }

  #wanted(): readonly Part[] {
    return this.#parts.filter(({ key }) => !this.#refused.has(key))
  }

  #partsOf(plans: readonly SloPlan[]): readonly Part[] {
    const keys = new Set(plans.flatMap((plan) => (this.#counted.get(plan) ?? []).flatMap(partsOf)))
    return this.#wanted().filter(({ key }) => keys.has(key))
  }

  #layOut(): void {
    const parts = new Parts(this.#catalog ?? new Map(), this.#edges)
    this.#counted = new Map(
      this.#plans().flatMap((plan) => ('source' in plan ? [[plan, parts.add(plan.source)] as const] : [])),
    )
    this.#parts = parts.all
    this.#wheres = new Map(this.#parts.map((part) => [part.key, part.kind === 'expression' ? EXPRESSIONS : part.where]))
    const keys = new Set(this.#parts.map(({ key }) => key))
    for (const known of [this.#answers, this.#refused])
      for (const key of known.keys()) if (!keys.has(key)) known.delete(key)
  }
}

const EXPRESSIONS: Where = { ...ANYWHERE, matchers: [] }

/** Workloads that received revisions in the same minute share a query. A whole minute that began before contains none of what followed. */
function minuteOf(seconds: number): number {
  return Math.floor(seconds / 60) * 60
}
