import type { RecommendationStatus } from '../api/index.ts'
import type { SloTerms } from '../learner/index.ts'
import type { Policy } from '../policy/index.ts'
import { type Allotment, parseQuantity, readable, toNumber } from '../resources/index.ts'
import { CpuForSlo, type ServedTrial, type SloReading, slopeOfTrials } from '../slos/index.ts'
import { type Workload, workloadKey } from '../workloads/index.ts'
import { type CpuInForce, cpuInForce, usedOf } from './cpu-in-force.ts'
import { ServingPods } from './serving-pods.ts'
import type { ViewedWorkload } from './workload-view.ts'

export interface SloPricesOptions {
  /** Readings of the objectives of a workload; none if it has no SLO. */
  readonly readingsOf: (workload: Workload) => readonly SloReading[]
  /** Length of the short burn window, in seconds. */
  readonly windowSeconds: number
  /** Share of a request from which a change is worth a revision. */
  readonly minimumShare: number
  /** CPU that a container of a Pod uses now, in cores; undefined if unknown. Only called if `mayNeedCpu`. */
  readonly usedCoresOf?: (workload: Workload, pod: string, container: string) => number | undefined
  /** What the last experiment for a workload showed of one of its containers; undefined if there was none. */
  readonly trialsOf?: (workload: Workload, container: string) => TrialsOfWorkload | undefined
  /** Share of the CPU periods in which limits held a workload back in the last window; undefined if not known. */
  readonly throttledShareOf?: (workload: Workload) => number | undefined
}

/** Trials of one experiment. */
export interface TrialsOfWorkload {
  /** Tells experiments apart. */
  readonly key: string
  readonly trials: readonly ServedTrial[]
}

/** What the SLOs of a workload ask of its decision. */
export interface SloDemand {
  /** Whether the objectives are met with so much room that a shortage of CPU costs less. */
  readonly hasRoom: boolean
  readonly terms: ReadonlyMap<string, SloTerms>
}

/** How long CPU must have been in force, in windows: the last requests before a change count until one scrape later. */
const SETTLED_WINDOWS = 1.25
/** A smaller difference of CPU is rounding. */
const SAME_CORES = 0.01
/** Windows for which a Pod that was ready counts as serving. */
const SERVING_WINDOWS = 2
/** Windows for which a service whose series have ended may be overloaded: enough for all raises that it may get. */
const UNREAD_WINDOWS = 12

interface Known {
  readonly container: string
  image: string | undefined
  cores: number
  /** Unix time in seconds since which this CPU has been in force. */
  sinceSeconds: number
  readonly serving: ServingPods
  readonly byName: Map<string, KnownObjective>
}

interface KnownObjective {
  readonly cpu: CpuForSlo
  /** Unix time of the last reading. */
  readSeconds: number
  /** Unix time of the last reading that found its series. */
  foundSeconds: number
  /** Whether the last requests that could be read were slower than the objective allows. */
  wasSlow: boolean
  /** The experiment whose trials were taken in. */
  trials: string | undefined
}

/**
 * How much CPU the latency SLOs of each workload need, learned from their readings in each turn. It is not saved: after a restart it is
 * learned again, and until then CPU is not lowered.
 */
export class SloPrices {
  readonly #options: SloPricesOptions
  readonly #known = new Map<string, Known>()

  constructor(options: SloPricesOptions) {
    this.#options = options
  }

  /**
   * Whether more requests of a workload are slow now than its SLO allows, or requests cannot be read any more, which may have the same
   * cause.
   */
  mayNeedCpu(workload: Workload): boolean {
    const known = this.#known.get(workloadKey(workload))
    return latencyOf(this.#options.readingsOf(workload)).some((reading) => {
      const { bad, total } = reading.burn?.short ?? { bad: 0, total: 0 }
      const { budget, name } = reading.objective
      return bad > budget * total || this.#hasEnded(known?.byName.get(name), reading)
    })
  }

  /** Whether a workload needs CPU now, as far as is known: its requests are slow or cannot be read, and more CPU is expected to help. */
  isOverloaded(workload: Workload): boolean {
    const objectives = this.#known.get(workloadKey(workload))?.byName.values() ?? []
    return objectives.some(({ cpu }) => cpu.state === 'raised') && this.mayNeedCpu(workload)
  }

  /** Forgets deleted workloads. @param keys those that remain */
  keep(keys: ReadonlySet<string>): void {
    for (const key of this.#known.keys()) if (!keys.has(key)) this.#known.delete(key)
  }

  /**
   * Updates a workload with the current readings of its SLOs.
   *
   * @returns undefined if it has no latency SLO, or no running Pods
   */
  of(
    entry: Pick<ViewedWorkload, 'workload' | 'pods' | 'author' | 'images' | 'shape'>,
    status: RecommendationStatus | undefined,
    { limits, horizon }: { readonly limits: Policy['limits']; readonly horizon: 'hour' | 'day' },
    nowSeconds: number,
  ): SloDemand | undefined {
    const key = workloadKey(entry.workload)
    const readings = latencyOf(this.#options.readingsOf(entry.workload))
    const container = this.#known.get(key)?.container ?? busiest(entry, status)
    if (readings.length === 0 || container === undefined) return undefined
    const known = this.#known.get(key) ?? this.#started(container, nowSeconds)
    const inForce = cpuInForce(known.serving.of(entry.pods, nowSeconds), container)
    if (!inForce) return undefined
    this.#known.set(key, known)
    this.#noteChanges(known, inForce.cores, entry.images.get(container), nowSeconds)
    for (const reading of readings) this.#observe(entry.workload, known, inForce, reading, horizon)
    const names = new Set(readings.map(({ objective }) => objective.name))
    for (const name of known.byName.keys()) if (!names.has(name)) known.byName.delete(name)

    const hardest = readings
      .map((reading) => {
        const { cpu } = known.byName.get(reading.objective.name)!
        return { text: reading.objective.text, cpu, cores: coresFor(cpu, reading, inForce.cores) }
      })
      .reduce((one, other) => (other.cores > one.cores ? other : one))
    const each = hardest.cores / inForce.pods.length
    const values = valuesFor(each, inForce.isLimit, limits, readable(entry.author.get(container)?.cpu ?? {}))
    const { state, badShare } = hardest.cpu
    return {
      hasRoom: known.byName.values().every(({ cpu }) => cpu.hasRoom),
      terms: new Map([[container, { text: hardest.text, state, badShare, ...values }]]),
    }
  }

  #noteChanges(known: Known, cores: number, image: string | undefined, nowSeconds: number): void {
    if (Math.abs(cores - known.cores) > SAME_CORES * known.cores) known.sinceSeconds = nowSeconds
    known.cores = cores
    if (known.image !== undefined && image !== known.image)
      for (const { cpu } of known.byName.values()) cpu.noteNewVersion()
    known.image = image
  }

  #observe(
    workload: Workload,
    { container, cores, sinceSeconds, serving, byName }: Known,
    inForce: CpuInForce,
    reading: SloReading,
    horizon: 'hour' | 'day',
  ): void {
    const { windowSeconds, minimumShare, usedCoresOf, throttledShareOf } = this.#options
    const { objective, state, burn, readAtSeconds } = reading
    const known = byName.get(objective.name) ?? startedObjective(objective.budget)
    byName.set(objective.name, known)
    this.#noteTrials(workload, container, objective, known)
    const isFound = state === 'Found' && burn !== undefined
    if (isFound) known.foundSeconds = readAtSeconds
    if (isFound && burn.short.total > 0) known.wasSlow = burn.short.bad > objective.budget * burn.short.total
    if (readAtSeconds - sinceSeconds < windowSeconds * SETTLED_WINDOWS) return
    const usedBy = (pod: string) => usedCoresOf?.(workload, pod, container)
    const throttledShare = throttledShareOf?.(workload)
    if (isFound) {
      if (readAtSeconds - known.readSeconds < windowSeconds) return
      known.readSeconds = readAtSeconds
      const load = burn.short.total / windowSeconds
      const usedCores = usedOf(inForce, inForce.pods, usedBy)
      known.cpu.observe(
        { ...burn.short, load, cores, atSeconds: readAtSeconds, throttledShare, usedCores },
        { horizon, leastRaise: minimumShare },
      )
    } else if (this.#hasEnded(known, reading) && (known.wasSlow || inForce.isLimit)) {
      // A new Pod has no series yet, and may use all of its CPU to start.
      const old = inForce.pods.filter(({ name }) => serving.wasReady(name, known.foundSeconds))
      if (old.length > 0) known.cpu.observeUnread({ cores, usedCores: usedOf(inForce, old, usedBy), throttledShare })
    }
  }

  /** Takes in the trials of each experiment once. */
  #noteTrials(workload: Workload, container: string, { belowSeconds }: SloReading['objective'], known: KnownObjective) {
    const found = this.#options.trialsOf?.(workload, container)
    if (!found || found.key === known.trials || belowSeconds === undefined) return
    known.trials = found.key
    const slope = slopeOfTrials(found.trials, belowSeconds)
    if (slope) known.cpu.noteSlope(slope)
  }

  /** Whether the series of an objective were found and have ended lately. */
  #hasEnded(known: KnownObjective | undefined, { state, readAtSeconds }: SloReading): boolean {
    if (!known || (state !== 'Stale' && state !== 'NoSeries')) return false
    return readAtSeconds - known.foundSeconds <= UNREAD_WINDOWS * this.#options.windowSeconds
  }

  #started(container: string, nowSeconds: number): Known {
    const serving = new ServingPods(SERVING_WINDOWS * this.#options.windowSeconds)
    return { container, image: undefined, cores: 0, sinceSeconds: nowSeconds, serving, byName: new Map() }
  }
}

/** Only latency objectives: most errors do not depend on CPU. */
function latencyOf(readings: readonly SloReading[]): readonly SloReading[] {
  return readings.filter(({ objective }) => objective.kind === 'latency')
}

/**
 * CPU of all Pods together that an objective needs. Until that is known, it is their current CPU, because the objective may need all of
 * it.
 */
function coresFor({ state, leastCores }: CpuForSlo, reading: SloReading, inForce: number): number {
  const isReadable = reading.state !== 'NoSeries' && reading.state !== 'Invalid'
  return state === 'learning' && isReadable ? Math.max(leastCores, inForce) : leastCores
}

function startedObjective(budget: number): KnownObjective {
  const never = Number.NEGATIVE_INFINITY
  return { cpu: new CpuForSlo(budget), readSeconds: never, foundSeconds: never, wasSlow: false, trials: undefined }
}

/** The container that uses the most CPU, because it serves the requests. Others, such as proxies, keep the values of their goal. */
function busiest(
  { shape }: Pick<ViewedWorkload, 'shape'>,
  status: RecommendationStatus | undefined,
): string | undefined {
  const used = (status?.learned?.containers ?? []).map(({ name, evidence }) => ({
    name,
    cores: toNumber(parseQuantity(evidence?.cpu?.p95) ?? 0n),
  }))
  const [first, ...others] = used
  if (!first) return shape.slots.length === 1 ? shape.slots[0]!.name : undefined
  return others.reduce((most, one) => (one.cores > most.cores ? one : most), first).name
}

/** Request and limit of a Pod that result in this much CPU, in cores. */
function valuesFor(each: number, isLimit: boolean, limits: Policy['limits'], author: Allotment) {
  if (!isLimit) return { request: each, limit: 0 }
  const follows = limits.cpu === 'ratio' && author.request && author.limit
  return { request: follows ? (each * toNumber(author.request)) / toNumber(author.limit) : 0, limit: each }
}
