import { type KubeClient, type KubeObject, POD_METRICS } from '../kube/index.ts'
import { parseQuantity, toNumber } from '../resources/index.ts'
import type { WorkloadContainer } from '../workloads/index.ts'
import { CLOCKS_DIFFER_SECONDS, describeFuture, type FutureSamples, withoutFuture } from './future.ts'
import type { UsageSample } from './source.ts'

interface PodMetrics extends KubeObject {
  readonly timestamp?: string
  readonly containers?: readonly {
    readonly name?: string
    readonly usage?: { readonly cpu?: unknown; readonly memory?: unknown }
  }[]
}

/** The workload and container to which a container of a Pod belongs; undefined if Plimsoll does not learn it. */
export type ContainerOf = (namespace: string, pod: string, container: string) => WorkloadContainer | undefined

export interface MetricsApiOptions {
  /** Current time, Unix seconds: a later measurement is left out. */
  readonly nowSeconds: () => number
  /** Called with what was left out, as a sentence. */
  readonly onWarning?: (message: string) => void
}

/**
 * Samples the metrics API (metrics-server): current usage without history. A sample is returned only once, even if this is called more
 * often than metrics-server scrapes.
 */
export class MetricsApi {
  readonly #client: KubeClient
  readonly #containerOf: ContainerOf
  readonly #options: MetricsApiOptions
  /** Namespaces with samples from the future for which a warning was given. */
  readonly #warned = new Set<string>()
  /** Time of the last sample of each Pod (Unix seconds), by namespace, then by Pod. */
  readonly #last = new Map<string, Map<string, number>>()

  constructor(
    client: KubeClient,
    containerOf: ContainerOf,
    options: MetricsApiOptions = { nowSeconds: () => Date.now() / 1000 },
  ) {
    this.#client = client
    this.#containerOf = containerOf
    this.#options = options
  }

  /**
   * Samples of one namespace that are newer than the last ones.
   * @throws KubeError with reason `ServiceUnavailable` or `NotFound` if no metrics-server answers
   */
  async sample(namespace: string, signal?: AbortSignal): Promise<UsageSample[]> {
    const before = this.#last.get(namespace)
    const now = new Map<string, number>()
    const samples: UsageSample[] = []
    const nowSeconds = this.#options.nowSeconds()
    const latestSeconds = nowSeconds + CLOCKS_DIFFER_SECONDS
    for await (const { items } of this.#client.list<PodMetrics>(POD_METRICS, { namespace, signal })) {
      for (const { metadata, timestamp, containers = [] } of items) {
        const pod = metadata.name ?? ''
        const timestampSeconds = Date.parse(timestamp ?? '') / 1000
        if (Number.isNaN(timestampSeconds)) continue
        // Do not remember a time in the future: all later samples would count as old.
        if (timestampSeconds <= latestSeconds) now.set(pod, timestampSeconds)
        if (timestampSeconds <= (before?.get(pod) ?? 0)) continue
        for (const { name = '', usage } of containers) {
          const container = this.#containerOf(namespace, pod, name)
          if (!container) continue
          samples.push({
            container,
            pod,
            timestampSeconds,
            cpuCores: readValue(usage?.cpu),
            memoryBytes: readValue(usage?.memory),
          })
        }
      }
    }
    this.#last.set(namespace, now)
    const { samples: present, future } = withoutFuture(samples, nowSeconds)
    this.#warnOnce(namespace, future)
    return [...present]
  }

  #warnOnce(namespace: string, future: FutureSamples | undefined): void {
    if (!future) this.#warned.delete(namespace)
    else if (!this.#warned.has(namespace)) {
      this.#warned.add(namespace)
      this.#options.onWarning?.(describeFuture(future))
    }
  }

  /** Forgets all other namespaces. */
  keep(namespaces: readonly string[]): void {
    const kept = new Set(namespaces)
    for (const namespace of this.#last.keys()) if (!kept.has(namespace)) this.#last.delete(namespace)
  }
}

function readValue(quantity: unknown): number {
  const nanos = parseQuantity(quantity)
  return nanos === undefined ? Number.NaN : toNumber(nanos)
}
