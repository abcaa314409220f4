import { parseQuantity, toNumber } from '../../../src/resources/index.ts'
import type { ControlPlane } from '../harness/index.ts'
import { Api } from '../support/api.ts'

/** Usage of one container of a workload over all its Pods, for comparison with its recommendation. */
export interface SeenUsage {
  readonly samples: number
  readonly medianCores: number
  readonly peakCores: number
  readonly medianBytes: number
  readonly peakBytes: number
}

interface PodMetrics {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> }
  readonly timestamp: string
  readonly containers: readonly {
    readonly name: string
    readonly usage: { readonly cpu: string; readonly memory: string }
  }[]
}

/** Records the usage of some namespaces from the metrics API, independently of Plimsoll. */
export class UsageWatch {
  readonly #api: Api
  readonly #namespaces: readonly string[]
  readonly #seen = new Map<string, { cores: number[]; bytes: number[] }>()
  readonly #last = new Map<string, string>()
  readonly #timer: NodeJS.Timeout

  constructor(cluster: ControlPlane, namespaces: readonly string[]) {
    this.#api = new Api(cluster)
    this.#namespaces = namespaces
    // metrics-server may be unavailable for a moment; the next poll asks again.
    this.#timer = setInterval(() => void this.#look().catch(() => {}), 5000)
  }

  of(namespace: string, app: string, container: string): SeenUsage {
    const { cores = [], bytes = [] } = this.#seen.get(`${namespace}/${app}/${container}`) ?? {}
    const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
    return {
      samples: cores.length,
      medianCores: median(cores),
      peakCores: Math.max(...cores),
      medianBytes: median(bytes),
      peakBytes: Math.max(...bytes),
    }
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#api.close()
  }

  async #look(): Promise<void> {
    for (const namespace of this.#namespaces) {
      const { status, json } = await this.#api.call('GET', `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods`)
      if (status !== 200) continue
      for (const { metadata, timestamp, containers } of (json as { items: PodMetrics[] }).items) {
        const pod = `${namespace}/${metadata.name}`
        if (this.#last.get(pod) === timestamp) continue
        this.#last.set(pod, timestamp)
        for (const { name, usage } of containers) {
          const key = `${namespace}/${metadata.labels.app}/${name}`
          const seen = this.#seen.get(key) ?? { cores: [], bytes: [] }
          this.#seen.set(key, seen)
          seen.cores.push(toNumber(parseQuantity(usage.cpu)!))
          seen.bytes.push(toNumber(parseQuantity(usage.memory)!))
        }
      }
    }
  }
}
