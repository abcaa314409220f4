import {
  type Answers,
  countRequests,
  type KnownPods,
  type Part,
  partsOf,
  type Requests,
  type Row,
  readObjective,
  type SloPlan,
  type SloReading,
  soughtBy,
} from '../slos/index.ts'
import { RequestsBefore, receivedAt } from './requests-before.ts'
import type { SloCounts, SloWindow } from './slo-counts.ts'
import { SloParts } from './slo-parts.ts'
import { ByPlan, type ByWorkload, type SloWorkload } from './slo-workload.ts'
import { WindowCount } from './window-count.ts'

export interface Burn {
  readonly longSeconds: number
  readonly shortSeconds: number
  /** The short window for people, such as `5m`. */
  readonly shortText: string
}

const LONG = 'long'
const SHORT = 'short'

interface Answered {
  readonly windows: ReadonlyMap<string, readonly Row[]>
  readonly atSeconds: number
}

/** The SLOs of one namespace: the series that they need, their readings, and the results for each workload. */
export class NamespaceSlos {
  readonly #burn: Burn
  readonly #parts: SloParts
  #workloads: readonly SloWorkload[] = []
  readonly #answers = new Map<string, Answered>()
  #failure: string | undefined
  #needsMoreEdges = false
  #last: ReadonlyMap<string, readonly SloReading[]> = new Map()
  readonly #overWindow = new ByPlan<Requests>()
  readonly #before = new RequestsBefore()

  constructor(burn: Burn, pods: KnownPods) {
    this.#burn = burn
    this.#parts = new SloParts(pods)
  }

  /** Sets the workloads that have SLOs now, and forgets readings of others. */
  set(workloads: readonly SloWorkload[]): void {
    this.#before.note(workloads, this.#last, this.#burn.shortSeconds)
    const before = new Set(this.#plans())
    this.#workloads = workloads
    const plans = this.#plans()
    if (plans.length !== before.size || plans.some((plan) => !before.has(plan))) this.#layOut()
    for (const kept of [this.#overWindow, this.#before]) kept.keep(plans)
  }

  get workloads(): readonly SloWorkload[] {
    return this.#workloads
  }

  /** Names of the series that are searched for: when they change, the catalog must be read again. */
  get sought() {
    return soughtBy(this.#plans().flatMap((plan) => ('source' in plan ? [plan.source] : [])))
  }

  /** Reads which series exist, with one query. */
  async discover(counts: SloCounts, atSeconds: number): Promise<void> {
    const catalog = await counts.catalog(this.sought, Math.max(300, this.#burn.longSeconds), atSeconds)
    this.#layOut(catalog)
  }

  /** Groups of parts that fit into one query each. */
  groups(counts: SloCounts): readonly (readonly Part[])[] {
    return counts.together(this.#parts.wanted, this.#windows())
  }

  /** Reads a group of parts in both windows: one query, unless the store refuses it. */
  async read(counts: SloCounts, group: readonly Part[], atSeconds: number): Promise<void> {
    const { rows, refused } = await counts.read(group, this.#windows(), atSeconds)
    for (const [key, why] of refused) this.#parts.refuse(key, why)
    for (const { key } of group) {
      const windows = new Map([LONG, SHORT].map((name) => [name, rows.get(name)?.get(key) ?? []]))
      this.#answers.set(key, { windows, atSeconds })
    }
    this.#failure = undefined
  }

  /** Records that the store could not be read. */
  failed(why: string): void {
    this.#failure = why
    this.#answers.clear()
  }

  /** Allows queries again that the store has refused. */
  tryAgain(): void {
    this.#parts.tryAgain()
  }

  /** Windows of objectives, in seconds. */
  get windows(): readonly number[] {
    return [...new Set(this.#plans().flatMap((plan) => ('source' in plan ? [plan.objective.windowSeconds] : [])))]
  }

  /** Starts to count the requests of a window that is too long to be read often, in spans with one query for each group of parts. */
  startWindow(windowSeconds: number, endSeconds: number, spanSeconds: number): WindowCount {
    const plans = this.#plans().filter(({ objective }) => objective.windowSeconds === windowSeconds)
    return new WindowCount({
      ...{ plans, windowSeconds, endSeconds, spanSeconds },
      parts: this.#parts.wantedBy(plans),
      count: (plan, rows) => this.#count(plan, rows),
      onDone: (sums) => {
        for (const [plan, its] of sums) this.#overWindow.replace(plan, its)
      },
    })
  }

  /** Times (Unix seconds) for which the requests before a revision are unknown, the newest first. */
  timesBefore(nowSeconds: number, atMostSeconds: number): readonly number[] {
    return this.#before.unknownTimes(this.#workloads, nowSeconds - atMostSeconds)
  }

  /** Counts the requests of the long window that ended at a time of `timesBefore`: one query for each group of parts. */
  async readBefore(counts: SloCounts, timeSeconds: number): Promise<void> {
    const concerned = receivedAt(this.#workloads, timeSeconds)
    const plans = [...new Set(concerned.flatMap(({ plans }) => plans))]
    const window = [{ name: LONG, seconds: this.#burn.longSeconds }]
    const rows = new Map<string, readonly Row[]>()
    for (const group of counts.together(this.#parts.wantedBy(plans), window)) {
      const answers = await counts.read(group, window, timeSeconds)
      for (const [key, found] of answers.rows.get(LONG)!) rows.set(key, found)
    }
    for (const plan of plans) this.#before.take(concerned, plan, this.#count(plan, rows))
  }

  /** Whether a workload may have bucket boundaries that were not requested: then the next reading requests more. */
  get needsMoreEdges(): boolean {
    return this.#needsMoreEdges
  }

  /** The reading of each objective of each workload. */
  readings(readAtSeconds: number): ReadonlyMap<string, readonly SloReading[]> {
    let mayHaveMore = false
    const answers = {
      long: this.#parts.indexed((key) => this.#answers.get(key)?.windows.get(LONG)),
      short: this.#parts.indexed((key) => this.#answers.get(key)?.windows.get(SHORT)),
    }
    const all = new Map(
      this.#workloads.map((workload): [string, readonly SloReading[]] => {
        const { key } = workload.whose
        const its = workload.plans.map((plan) => {
          const { mayHaveOtherEdges, ...reading } = this.#readingOf(plan, workload, answers, readAtSeconds)
          if (mayHaveOtherEdges) mayHaveMore = true
          const overWindow = this.#overWindow.of(plan, key)
          const before = this.#before.of(workload, plan)
          return { ...reading, ...(overWindow && { overWindow }), ...(before && { before }) }
        })
        return [key, its]
      }),
    )
    this.#needsMoreEdges = mayHaveMore && this.#parts.takeMoreEdges()
    if (this.#needsMoreEdges) this.#layOut()
    this.#last = all
    return all
  }

  #readingOf(
    plan: SloPlan,
    { whose }: SloWorkload,
    answers: { readonly long: Answers; readonly short: Answers },
    readAtSeconds: number,
  ): ReturnType<typeof readObjective> {
    const { objective } = plan
    if ('invalid' in plan) return { objective, state: 'Invalid', message: plan.invalid, readAtSeconds }
    if (this.#failure !== undefined) return { objective, state: 'Unreachable', message: this.#failure, readAtSeconds }
    const counted = this.#parts.countedOf(plan)
    const keys = counted.flatMap(partsOf)
    const why = keys.map((key) => this.#parts.whyRefused(key)).find((refused) => refused !== undefined)
    if (why !== undefined) return { objective, state: 'Invalid', message: why, readAtSeconds }
    if (!this.#parts.isKnown || keys.some((key) => !this.#answers.has(key)))
      return { objective, state: 'Unreachable', message: 'its series have not been read yet', readAtSeconds }
    return readObjective({
      ...{ plan, counted, whose, answers, shortText: this.#burn.shortText },
      readAtSeconds: Math.min(readAtSeconds, ...keys.map((key) => this.#answers.get(key)!.atSeconds)),
    })
  }

  /** Requests of each workload of a plan, from rows of one window. */
  #count(plan: SloPlan, rows: ReadonlyMap<string, readonly Row[]>): ByWorkload<Requests> {
    const found: ByWorkload<Requests> = new Map()
    if ('invalid' in plan) return found
    const answers = this.#parts.indexed((key) => rows.get(key))
    for (const { whose, plans } of this.#workloads) {
      if (!plans.includes(plan)) continue
      const count = countRequests(plan, this.#parts.countedOf(plan), answers, whose)
      if (count.kind === 'counted') found.set(whose.key, count.all)
    }
    return found
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

  #layOut(catalog?: Parameters<SloParts['layOut']>[1]): void {
    this.#parts.layOut(this.#plans(), catalog)
    for (const key of this.#answers.keys()) if (!this.#parts.has(key)) this.#answers.delete(key)
  }
}
