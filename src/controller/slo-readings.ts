import { secondsOf } from '../api/index.ts'
import type { Fleet, FleetWorkload } from '../fleet/index.ts'
import type { PolicyIndex, SloSpec } from '../policy/index.ts'
import {
  type ClusterGuard,
  NamespaceSlos,
  prometheusOf,
  SloCounts,
  type SloWorkload,
  StoreReader,
  type WindowCount,
} from '../prometheus/index.ts'
import { newestReceived, planSlo, type SloObjects, type SloPlan, type SloReading } from '../slos/index.ts'
import { type RunningWorkload, type Workload, workloadFromPodName, workloadKey } from '../workloads/index.ts'
import type { ControllerContext } from './context.ts'

type Context = Pick<ControllerContext, 'settings' | 'logger' | 'time'>

export interface SloReadingsOptions extends Context {
  readonly fleet: Pick<Fleet, 'workloads' | 'podOf' | 'runningIn'>
  readonly policies: Pick<PolicyIndex, 'effective'>
  readonly objects: SloObjects
  /** What decides whether series of a namespace are of this cluster; undefined while that is not known. */
  readonly guardOf: (namespace: string) => ClusterGuard | undefined
}

/** Queries of one namespace in one turn. */
const QUERIES_A_TURN = 2
/** How often is looked for series of other names, and how often the whole window of an objective is counted. */
const HOUR_SECONDS = 3600
/** How soon is looked for series again where there were none. */
const LOOK_AGAIN_SECONDS = 300
/** How long ago a revision may have been received for the requests before it to be of interest. */
const BEFORE_SECONDS = 86_400
const FIRST_SPAN_SECONDS = 4 * 86_400
const LEAST_SPAN_SECONDS = HOUR_SECONDS
/** Namespaces that may fail in one turn. After these, the store counts as gone, and the others fail without being asked for. */
const MOST_FAILURES = 2
/** A store that does not answer holds up everything else for this long, for each of these namespaces. */
const RETRY = { attempts: 2, baseMilliseconds: 500, longestMilliseconds: 5_000 }
const TIMEOUT_MILLISECONDS = 20_000

interface State {
  readonly slos: NamespaceSlos
  readonly plans: Map<string, readonly SloPlan[]>
  turn: number
  /** Where the next turn continues if one turn cannot ask for all parts. */
  cursor: number
  catalogAtSeconds: number
  sought: string
  hasMissing: boolean
  windows: Map<number, { job?: WindowCount | undefined; doneAtSeconds: number; spanSeconds: number }>
}

/** What is known of the SLOs of each workload, from Prometheus: at most two queries of each namespace in each turn. */
export class SloReadings {
  readonly #options: SloReadingsOptions
  readonly #states = new Map<string, State>()
  /** Namespaces that failed in the last turn: they come last in the next one, so that they keep no other from being read. */
  #failed: ReadonlySet<string> = new Set()
  #known: ReadonlyMap<string, readonly SloReading[]> = new Map()
  #version: number | undefined
  /** Keys of all workloads that run. */
  #running: ReadonlySet<string> = new Set()
  /** Which workload runs under a name, by namespace; each turn replaces it. */
  readonly #runningAs = new Map<string, RunningWorkload>()

  constructor(options: SloReadingsOptions) {
    this.#options = options
  }

  /** How often SLOs are read, in seconds: at least four times in the short window. */
  get everySeconds(): number {
    return Math.min(60, secondsOf(this.#options.settings.slos.burn.short) / 4)
  }

  /** The objectives of a workload, as they were last read; none if it has no SLO, or before the first reading. */
  readingsOf(workload: Workload): readonly SloReading[] {
    return this.#known.get(workloadKey(workload)) ?? []
  }

  /** Reads the SLOs of all workloads. Never throws because of the store. */
  async refresh(signal: AbortSignal): Promise<void> {
    const { time, settings, objects } = this.#options
    const nowSeconds = time.now() / 1000
    const byNamespace = this.#workloads()
    for (const namespace of this.#states.keys()) if (!byNamespace.has(namespace)) this.#states.delete(namespace)
    if (this.#version !== objects.version) for (const { plans } of this.#states.values()) plans.clear()
    this.#version = objects.version
    for (const [namespace, workloads] of byNamespace) this.#set(namespace, workloads)
    if (byNamespace.size > 0) {
      if (settings.prometheus) await this.#read(nowSeconds, signal)
      else
        for (const { slos } of this.#states.values())
          slos.failed('SLOs are read from Prometheus: give its address in the setting prometheus')
    }
    const known = new Map<string, readonly SloReading[]>()
    for (const state of this.#states.values()) {
      const readings = state.slos.readings(nowSeconds)
      state.hasMissing = false
      for (const [key, its] of readings) {
        known.set(key, its)
        if (its.some((reading) => reading.state === 'NoSeries')) state.hasMissing = true
      }
    }
    this.#known = known
  }

  async #read(nowSeconds: number, signal: AbortSignal): Promise<void> {
    const { settings, logger, guardOf } = this.#options
    const options = {
      ...prometheusOf(settings.prometheus!),
      nowSeconds: () => nowSeconds,
      retry: RETRY,
      timeoutMilliseconds: TIMEOUT_MILLISECONDS,
      onWarning: (message: string) => logger.warn({ message }, 'Prometheus warns'),
    }
    const failed = new Set<string>()
    let failure: Error | undefined
    const reader = await StoreReader.open(options, signal).catch((error: Error) => {
      failure = error
      return undefined
    })
    const [last, first] = [true, false].map((hasFailed) =>
      [...this.#states].filter(([namespace]) => this.#failed.has(namespace) === hasFailed),
    )
    try {
      for (const [namespace, state] of [...first!, ...last!]) {
        const own = guardOf(namespace)
        if (!own) {
          state.slos.failed('it is not known yet which series of Prometheus are of this cluster')
          continue
        }
        try {
          if (failure && (!reader || failed.size >= MOST_FAILURES)) throw failure
          await this.#turn(state, new SloCounts(reader!, namespace, own), nowSeconds)
        } catch (error) {
          signal.throwIfAborted()
          if (failure !== error) logger.warn({ error, namespace }, 'SLOs are not known')
          failure = error as Error
          failed.add(namespace)
          state.slos.failed(failure.message)
        }
      }
    } finally {
      await reader?.close()
      this.#failed = failed
    }
  }

  /** At most two queries: what is due most of all. */
  async #turn(state: State, counts: SloCounts, nowSeconds: number): Promise<void> {
    const { slos } = state
    let left = QUERIES_A_TURN
    state.turn++
    const sought = JSON.stringify(slos.sought)
    const ageSeconds = nowSeconds - state.catalogAtSeconds
    const isOld = ageSeconds > (state.hasMissing ? LOOK_AGAIN_SECONDS : HOUR_SECONDS)
    if (sought !== state.sought || isOld) {
      if (ageSeconds > HOUR_SECONDS) slos.tryAgain()
      await slos.discover(counts, nowSeconds)
      state.catalogAtSeconds = nowSeconds
      state.sought = sought
      left--
    }
    const groups = slos.groups(counts)
    const extra = this.#extraOf(state, counts, nowSeconds)
    const isForExtra = extra !== undefined && left > 1 && (groups.length < 2 || state.turn % 4 === 0)
    const most = Math.min(groups.length, isForExtra ? left - 1 : left)
    for (let i = 0; i < most; i++) {
      await slos.read(counts, groups[state.cursor % groups.length]!, nowSeconds)
      state.cursor++
      left--
    }
    if (left > 0) await extra?.()
  }

  /** What is read rarely, if some of it is due: one query. */
  #extraOf(state: State, counts: SloCounts, nowSeconds: number): (() => Promise<void>) | undefined {
    const { slos, windows } = state
    const [before] = slos.timesBefore(nowSeconds, BEFORE_SECONDS)
    if (before !== undefined) return () => slos.readBefore(counts, before)
    for (const windowSeconds of slos.windows) {
      const window = windows.get(windowSeconds) ?? {
        doneAtSeconds: Number.NEGATIVE_INFINITY,
        spanSeconds: Math.min(windowSeconds, FIRST_SPAN_SECONDS),
      }
      windows.set(windowSeconds, window)
      if (!window.job && nowSeconds - window.doneAtSeconds < HOUR_SECONDS) continue
      return async () => {
        window.job ??= slos.startWindow(windowSeconds, nowSeconds, window.spanSeconds)
        const outcome = await window.job.step(counts)
        if (outcome === 'more') return
        window.job = undefined
        window.doneAtSeconds = nowSeconds
        if (outcome === 'tooLong' && window.spanSeconds > LEAST_SPAN_SECONDS) {
          window.spanSeconds = Math.max(LEAST_SPAN_SECONDS, window.spanSeconds / 2)
          window.doneAtSeconds = Number.NEGATIVE_INFINITY
        }
      }
    }
    return undefined
  }

  #set(namespace: string, workloads: readonly { readonly entry: FleetWorkload; readonly slos: readonly SloSpec[] }[]) {
    const state = this.#stateOf(namespace)
    const used = new Set<string>()
    const all = workloads.map(({ entry, slos }): SloWorkload => {
      const key = JSON.stringify(slos)
      used.add(key)
      const plans = state.plans.get(key) ?? this.#plan(namespace, slos)
      state.plans.set(key, plans)
      const { workload, pods } = entry
      return { whose: { key: workloadKey(workload), name: workload.name }, plans, newest: newestReceived(pods) }
    })
    for (const key of state.plans.keys()) if (!used.has(key)) state.plans.delete(key)
    state.slos.set(all)
  }

  #stateOf(namespace: string): State {
    const known = this.#states.get(namespace)
    if (known) return known
    const { fleet, settings } = this.#options
    const { long, short } = settings.slos.burn
    const burn = { longSeconds: secondsOf(long), shortSeconds: secondsOf(short), shortText: short }
    const slos = new NamespaceSlos(burn, {
      namespace,
      workloadOf: (pod) => {
        const known = fleet.podOf(namespace, pod)?.workload
        const workload = known ?? this.#formerOwner(namespace, pod)
        return workload && workloadKey(workload)
      },
    })
    const state: State = {
      ...{ slos, plans: new Map(), turn: 0, cursor: 0, sought: '', hasMissing: false, windows: new Map() },
      catalogAtSeconds: Number.NEGATIVE_INFINITY,
    }
    this.#states.set(namespace, state)
    return state
  }

  /** The workload that a Pod which is gone belonged to, by its name; undefined if no workload that runs has such Pods. */
  #formerOwner(namespace: string, pod: string): Workload | undefined {
    const named = workloadFromPodName(namespace, pod)
    const runningAs = this.#runningAs.get(namespace) ?? this.#options.fleet.runningIn(namespace)
    this.#runningAs.set(namespace, runningAs)
    const workload = named && runningAs(named, pod, namespace)
    return workload && this.#running.has(workloadKey(workload)) ? workload : undefined
  }

  #plan(namespace: string, slos: readonly SloSpec[]): readonly SloPlan[] {
    const { settings, objects } = this.#options
    const surroundings = {
      namespace,
      find: objects.find,
      objects: settings.slos.objects,
      queries: settings.slos.queries,
    }
    return slos.flatMap((slo) => planSlo(slo, surroundings))
  }

  /** Workloads that have SLOs, by namespace. */
  #workloads() {
    const { fleet, policies } = this.#options
    const byNamespace = new Map<string, { entry: FleetWorkload; slos: readonly SloSpec[] }[]>()
    const running = new Set<string>()
    for (const entry of fleet.workloads()) {
      running.add(workloadKey(entry.workload))
      const { namespace } = entry.workload
      const { slos } = policies.effective(namespace, entry.labels)
      if (!slos) continue
      const its = byNamespace.get(namespace) ?? []
      byNamespace.set(namespace, its)
      its.push({ entry, slos })
    }
    this.#running = running
    this.#runningAs.clear()
    return byNamespace
  }
}
