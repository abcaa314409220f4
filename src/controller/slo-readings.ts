import { secondsOf } from '../api/index.ts'
import type { Fleet } from '../fleet/index.ts'
import type { PolicyIndex } from '../policy/index.ts'
import {
  type ClusterGuard,
  NamespaceSlos,
  prometheusOf,
  SloCounts,
  type SloWorkload,
  StoreReader,
} from '../prometheus/index.ts'
import type { SloObjects, SloReading } from '../slos/index.ts'
import { readWorkloadKey, type Workload, workloadKey } from '../workloads/index.ts'
import type { ControllerContext } from './context.ts'
import { SloPods } from './slo-pods.ts'
import { SloTurns } from './slo-turns.ts'
import { SloWorkloads } from './slo-workloads.ts'

type Context = Pick<ControllerContext, 'settings' | 'logger' | 'time'>

export interface SloReadingsOptions extends Context {
  readonly fleet: Pick<Fleet, 'workloads' | 'podOf' | 'runningIn'>
  readonly policies: Pick<PolicyIndex, 'effective'>
  readonly objects: SloObjects
  /** What tells whether series of a namespace are from this cluster; undefined while that is unknown. */
  readonly guardOf: (namespace: string) => ClusterGuard | undefined
}

/** Most namespaces that may fail in one turn. After these, Prometheus counts as unavailable, and the others fail without a query. */
const MOST_FAILURES = 2
/** Retries of a query. An unavailable Prometheus delays everything else for this long, for each of these namespaces. */
const RETRY = { attempts: 2, baseMilliseconds: 500, longestMilliseconds: 5_000 }
const TIMEOUT_MILLISECONDS = 20_000

interface Reading {
  readonly slos: NamespaceSlos
  readonly turns: SloTurns
  /** Whether a workload had no series in the last turn. */
  hasMissing: boolean
}

/** Readings of the SLOs of each workload, from Prometheus: at most two queries for each namespace in each turn. */
export class SloReadings {
  readonly #options: SloReadingsOptions
  readonly #workloads: SloWorkloads
  readonly #pods: SloPods
  readonly #byNamespace = new Map<string, Reading>()
  /** Namespaces that failed in the last turn: they come last in the next one, so that they do not keep others from being read. */
  #failed: ReadonlySet<string> = new Set()
  #known: ReadonlyMap<string, readonly SloReading[]> = new Map()
  #withLatency: ReadonlyMap<string, readonly Workload[]> | undefined

  constructor(options: SloReadingsOptions) {
    this.#options = options
    this.#workloads = new SloWorkloads(options)
    this.#pods = new SloPods(options.fleet)
  }

  /** How often SLOs are read, in seconds: at least four times in the short window. */
  get everySeconds(): number {
    return Math.min(60, secondsOf(this.#options.settings.slos.burn.short) / 4)
  }

  /** The objectives of a workload, as last read; none if it has no SLO, or before the first reading. */
  readingsOf(workload: Workload): readonly SloReading[] {
    return this.#known.get(workloadKey(workload)) ?? []
  }

  /**
   * The workloads of a namespace whose latency is known: they have a latency objective, and the store is not known to lack its series.
   * Before the first reading, as at a start, they count as known: the usage of two weeks is read then.
   */
  withLatency(namespace: string): readonly Workload[] {
    this.#withLatency ??= this.#findLatency(this.#workloads.now())
    return this.#withLatency.get(namespace) ?? []
  }

  #findLatency(workloads: ReturnType<SloWorkloads['now']>): ReadonlyMap<string, readonly Workload[]> {
    const isKnown = ({ whose, plans }: SloWorkload) =>
      plans.some(({ objective }) => objective.kind === 'latency') && !this.#known.get(whose.key)?.some(isWithoutLatency)
    return new Map(
      [...workloads].map(([namespace, its]) => [
        namespace,
        its.filter(isKnown).map(({ whose }) => readWorkloadKey(whose.key)),
      ]),
    )
  }

  /** Reads the SLOs of all workloads. Never throws because of Prometheus. */
  async refresh(signal: AbortSignal): Promise<void> {
    const { time, settings } = this.#options
    const nowSeconds = time.now() / 1000
    const workloads = this.#workloads.now()
    // Without SLOs, Pods need not be remembered.
    if (workloads.size > 0) this.#pods.refresh()
    for (const namespace of this.#byNamespace.keys()) if (!workloads.has(namespace)) this.#byNamespace.delete(namespace)
    for (const [namespace, its] of workloads) this.#readingOf(namespace).slos.set(its)
    if (settings.prometheus && workloads.size > 0) await this.#read(nowSeconds, signal)
    const known = new Map<string, readonly SloReading[]>()
    for (const reading of this.#byNamespace.values()) {
      if (!settings.prometheus)
        reading.slos.failed('SLOs are read from Prometheus: give its address in the setting prometheus')
      reading.hasMissing = false
      for (const [key, its] of reading.slos.readings(nowSeconds)) {
        known.set(key, its)
        if (its.some(({ state }) => state === 'NoSeries')) reading.hasMissing = true
      }
    }
    this.#known = known
    this.#withLatency = this.#findLatency(workloads)
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
    try {
      for (const [namespace, { slos, turns, hasMissing }] of this.#inOrder()) {
        const own = guardOf(namespace)
        if (!own) {
          slos.failed('it is not known yet which series in Prometheus are from this cluster')
          continue
        }
        try {
          if (failure && (!reader || failed.size >= MOST_FAILURES)) throw failure
          await turns.take(new SloCounts(reader!, namespace, own), nowSeconds, hasMissing)
        } catch (error) {
          signal.throwIfAborted()
          if (failure !== error) logger.warn({ error, namespace }, 'SLOs could not be read')
          failure = error as Error
          failed.add(namespace)
          slos.failed(failure.message)
        }
      }
    } finally {
      await reader?.close()
      this.#failed = failed
    }
  }

  /** All namespaces, those that failed in the last turn at the end. */
  #inOrder(): [string, Reading][] {
    const all = [...this.#byNamespace]
    const hasFailed = ([namespace]: [string, Reading]) => this.#failed.has(namespace)
    return [...all.filter((one) => !hasFailed(one)), ...all.filter(hasFailed)]
  }

  #readingOf(namespace: string): Reading {
    const known = this.#byNamespace.get(namespace)
    if (known) return known
    const { long, short } = this.#options.settings.slos.burn
    const burn = { longSeconds: secondsOf(long), shortSeconds: secondsOf(short), shortText: short }
    const slos = new NamespaceSlos(burn, { namespace, workloadOf: (pod) => this.#pods.keyOf(namespace, pod) })
    const reading = { slos, turns: new SloTurns(slos, burn.shortSeconds), hasMissing: false }
    this.#byNamespace.set(namespace, reading)
    return reading
  }
}

/** Whether it was read that the series of a latency objective do not exist, have ended, or cannot be used. */
function isWithoutLatency({ objective, state }: SloReading): boolean {
  return objective.kind === 'latency' && state !== 'Found' && state !== 'Unreachable'
}
