import type { Fleet } from '../fleet/index.ts'
import { inTimeOrder, type TimeWindow, type UsageSample } from '../history/index.ts'
import {
  type ClusterGuard,
  OwnCluster,
  type PrometheusOptions,
  type PrometheusSettings,
  prometheusHistory,
  prometheusOf,
  ReadingAccount,
} from '../prometheus/index.ts'
import type { LearnerMetrics } from '../telemetry/index.ts'
import { type RunRule, runRules, type Workload } from '../workloads/index.ts'
import type { ControllerContext } from './context.ts'
import { SeenPods } from './seen-pods.ts'
import { StoreReport } from './store-report.ts'
import type { Takes } from './takes.ts'

/** Delay with which usage is read: scrapes arrive late, and a rate needs two of them. */
const LAG_SECONDS = 60
const DAY_SECONDS = 86_400

/** Reads usage from Prometheus, a day at a time, and only that of this cluster. */
export class PrometheusUsage {
  readonly hasHistory = true
  readonly #context: Pick<ControllerContext, 'logger' | 'time'>
  readonly #fleet: Fleet
  readonly #settings: PrometheusSettings
  readonly #withSlo: (namespace: string) => readonly Workload[]
  readonly #rules: readonly RunRule[]
  readonly #pods: SeenPods
  readonly #cluster: OwnCluster
  readonly #report: StoreReport
  readonly #guards = new Map<string, ClusterGuard>()
  /** Unix time in seconds up to which each namespace has been read. A namespace that is labelled later is read from the beginning. */
  readonly #readTo = new Map<string, number>()

  constructor(
    context: Pick<ControllerContext, 'logger' | 'settings' | 'time'>,
    fleet: Fleet,
    settings: PrometheusSettings,
    metrics?: Pick<LearnerMetrics, 'storePods' | 'storeUndecided'>,
    withSlo: (namespace: string) => readonly Workload[] = () => [],
  ) {
    this.#withSlo = withSlo
    this.#context = context
    this.#fleet = fleet
    this.#settings = settings
    this.#rules = runRules(context.settings.runLabels)
    this.#pods = new SeenPods(fleet)
    this.#cluster = new OwnCluster(this.#pods)
    this.#report = new StoreReport(context.logger, metrics)
  }

  /** What tells whether series of a namespace are from this cluster; undefined before they were read. */
  guardOf(namespace: string): ClusterGuard | undefined {
    return this.#guards.get(namespace)
  }

  async takeIn(learner: Takes, signal: AbortSignal): Promise<void> {
    const { stepSeconds, backfillDays } = this.#settings
    const nowSeconds = this.#context.time.now() / 1000
    const toSeconds = Math.floor((nowSeconds - LAG_SECONDS) / stepSeconds) * stepSeconds
    this.#pods.look(nowSeconds)
    this.#report.keep(this.#fleet.namespaces)
    this.#forget(toSeconds - backfillDays * DAY_SECONDS)
    for (const namespace of this.#fleet.namespaces) {
      const fromSeconds = this.#readTo.get(namespace) ?? toSeconds - backfillDays * DAY_SECONDS
      if (toSeconds > fromSeconds) await this.#read(namespace, { fromSeconds, toSeconds }, learner, signal)
    }
  }

  /**
   * Forgets namespaces that are no longer labelled. The time up to which one was read is kept while it is later than `oldestSeconds`,
   * so that nothing counts twice if it is labelled again.
   */
  #forget(oldestSeconds: number): void {
    const followed = new Set(this.#fleet.namespaces)
    for (const namespace of this.#guards.keys()) if (!followed.has(namespace)) this.#guards.delete(namespace)
    for (const [namespace, readTo] of this.#readTo)
      if (!followed.has(namespace) && readTo <= oldestSeconds) this.#readTo.delete(namespace)
  }

  async #read(namespace: string, window: TimeWindow, learner: Takes, signal: AbortSignal): Promise<void> {
    const account = new ReadingAccount()
    const options: PrometheusOptions = { ...this.#optionsFor(namespace), account }
    const decided = await this.#cluster.decide(options, namespace, window, signal)
    if ('why' in decided) {
      // Reading starts here once a Pod shows which series are from this cluster.
      this.#report.undecided(namespace, decided.why)
      return
    }
    this.#guards.set(namespace, decided.guard)
    const source = prometheusHistory({ ...options, own: decided.guard })
    const measured = new Set<string>()
    // A day is learned completely or not at all: a day that fails is read again, and would otherwise count twice. It is also read
    // completely before its first samples are passed on, because the learner needs them in order of time, with all Pods of a workload
    // together.
    for (let { fromSeconds } = window; fromSeconds < window.toSeconds; ) {
      const day = { fromSeconds, toSeconds: Math.min(fromSeconds + DAY_SECONDS, window.toSeconds) }
      const batches = noting(source.read({ window: day, signal }), measured)
      for await (const samples of inTimeOrder(batches)) learner.observe(samples)
      fromSeconds = day.toSeconds
      this.#readTo.set(namespace, fromSeconds)
    }
    const running = [...this.#fleet.podsIn(namespace)].filter(({ createdAt }) => isOlder(createdAt, window))
    this.#report.read(namespace, { account, running: running.map(({ name }) => name), measured })
  }

  #optionsFor(namespace: string): PrometheusOptions {
    const { logger, time } = this.#context
    return {
      ...prometheusOf(this.#settings),
      nowSeconds: () => time.now() / 1000,
      namespaces: [namespace],
      stepSeconds: this.#settings.stepSeconds,
      withSlo: this.#withSlo(namespace),
      running: this.#fleet.runningIn(namespace),
      rules: this.#rules,
      onWarning: (message) => logger.warn({ message, namespace }, 'Prometheus warns'),
    }
  }
}

/** Passes the batches on, and records the Pods in them. */
async function* noting(batches: AsyncIterable<readonly UsageSample[]>, pods: Set<string>) {
  for await (const samples of batches) {
    for (const { pod } of samples) pods.add(pod)
    yield samples
  }
}

/** Time after which a new Pod should have been scraped. */
const SCRAPED_AFTER_SECONDS = 900

function isOlder(createdAt: string, { toSeconds }: TimeWindow): boolean {
  return Date.parse(createdAt) / 1000 < toSeconds - SCRAPED_AFTER_SECONDS
}
