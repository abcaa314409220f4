import type { ReadingAccount } from '../prometheus/index.ts'
import type { LearnerMetrics, Logger } from '../telemetry/index.ts'

/** Result of reading one namespace. */
export interface StoreReading {
  readonly account: ReadingAccount
  /** Names of the running Pods that are old enough to have been scraped. */
  readonly running: readonly string[]
  /** Names of the Pods with usage. */
  readonly measured: ReadonlySet<string>
}

const NAMED = 5

/** Logs which usage was left out, each case once until it changes, and counts it for `doctor`. */
export class StoreReport {
  readonly #logger: Logger
  readonly #metrics: Pick<LearnerMetrics, 'storePods' | 'storeUndecided'> | undefined
  readonly #told = new Map<string, string>()
  readonly #pods = new Map<string, Readonly<Record<'measured' | 'unmeasured' | 'ofOthers', number>>>()
  readonly #undecided = new Set<string>()

  constructor(logger: Logger, metrics?: Pick<LearnerMetrics, 'storePods' | 'storeUndecided'>) {
    this.#logger = logger
    this.#metrics = metrics
  }

  /** Forgets all other namespaces. */
  keep(namespaces: readonly string[]): void {
    const kept = new Set(namespaces)
    for (const namespace of this.#pods.keys()) if (!kept.has(namespace)) this.#pods.delete(namespace)
    for (const namespace of this.#undecided) if (!kept.has(namespace)) this.#undecided.delete(namespace)
    for (const key of this.#told.keys()) if (!kept.has(key.split(' ')[0]!)) this.#told.delete(key)
    this.#set()
  }

  undecided(namespace: string, why: string): void {
    this.#undecided.add(namespace)
    this.#tell(
      namespace,
      'undecided',
      why,
      { why },
      'usage of a namespace is left out: Prometheus may hold data of several clusters',
    )
    this.#set()
  }

  read(namespace: string, { account, running, measured }: StoreReading): void {
    this.#undecided.delete(namespace)
    const others = new Set([...account.otherClusters.values()].flatMap((pods) => [...pods]))
    const seen = running.filter((pod) => measured.has(pod)).length
    this.#pods.set(namespace, { measured: seen, unmeasured: running.length - seen, ofOthers: others.size })
    for (const [labels, pods] of account.otherClusters) {
      const details = { labels, pods: pods.size, such: [...pods].slice(0, NAMED) }
      this.#tell(
        namespace,
        `of ${labels}`,
        labels,
        details,
        'usage was left out: its labels are not those of the Pods of this cluster',
      )
    }
    const unknown = [...account.unknownPods]
    if (unknown.length > 0) {
      const details = { pods: unknown.length, such: unknown.slice(0, NAMED) }
      this.#tell(
        namespace,
        'unknown',
        String(unknown[0]),
        details,
        'usage was left out: no such Pods run in this cluster',
      )
    }
    this.#set()
  }

  #tell(namespace: string, what: string, text: string, details: object, message: string): void {
    const key = `${namespace} ${what}`
    if (this.#told.get(key) === text) return
    this.#told.set(key, text)
    this.#logger.warn({ namespace, ...details }, message)
  }

  #set(): void {
    const sum = (of: 'measured' | 'unmeasured' | 'ofOthers') =>
      [...this.#pods.values()].reduce((total, counts) => total + counts[of], 0)
    this.#metrics?.storePods.set({ usage: 'read' }, sum('measured'))
    this.#metrics?.storePods.set({ usage: 'missing' }, sum('unmeasured'))
    this.#metrics?.storePods.set({ usage: 'of_another_cluster' }, sum('ofOthers'))
    this.#metrics?.storeUndecided.set(this.#undecided.size)
  }
}
