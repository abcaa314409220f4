import { LRUCache } from 'lru-cache'
import type { Canary } from '../../api/index.ts'
import type { FleetWorkload } from '../../fleet/index.ts'
import { type CpuPeriods, cpuThrottling, prometheusOf } from '../../prometheus/index.ts'
import type { PodHealth } from '../../revisions/index.ts'
import { workloadKey } from '../../workloads/index.ts'
import type { LeadContext } from './context.ts'

/** A canary is judged every minute; a store is asked about its whole time, which is dear, this often. */
const ASK_AGAIN_MILLISECONDS = 5 * 60_000
const MAX_CANARIES = 1_000

interface Known {
  readonly canary: string
  readonly periods: ReadonlyMap<string, CpuPeriods> | undefined
}

/** How much the Pods of workloads with a canary are throttled, from Prometheus. The metrics API knows nothing of it. */
export class ThrottlingOfCanaries {
  readonly #context: Pick<LeadContext, 'settings' | 'logger'>
  readonly #nowMilliseconds: () => number
  readonly #known: LRUCache<string, Known>

  constructor(context: Pick<LeadContext, 'settings' | 'logger'>, nowMilliseconds: () => number = Date.now) {
    this.#context = context
    this.#nowMilliseconds = nowMilliseconds
    this.#known = new LRUCache({
      max: MAX_CANARIES,
      ttl: ASK_AGAIN_MILLISECONDS,
      ttlResolution: 0,
      perf: { now: nowMilliseconds },
    })
  }

  /** The Pods with what is known of them since the canary's first one came; without it where nothing is. */
  async addTo(
    { workload, pods }: Pick<FleetWorkload, 'workload' | 'pods'>,
    { since, revision }: Canary,
    signal: AbortSignal,
  ): Promise<readonly PodHealth[]> {
    const { prometheus } = this.#context.settings
    if (!prometheus || since === undefined) return pods
    const key = workloadKey(workload)
    const canary = `${revision.revision}@${since}`
    let known = this.#known.get(key)
    if (known?.canary !== canary) {
      known = { canary, periods: await this.#ask(workload.namespace, pods, Date.parse(since) / 1000, signal) }
      this.#known.set(key, known)
    }
    const { periods } = known
    return periods ? pods.map((pod) => ({ ...pod, throttling: periods.get(pod.name) })) : pods
  }

  async #ask(
    namespace: string,
    pods: FleetWorkload['pods'],
    fromSeconds: number,
    signal: AbortSignal,
  ): Promise<Known['periods']> {
    const { settings, logger } = this.#context
    const toSeconds = this.#nowMilliseconds() / 1000
    const options = {
      ...prometheusOf(settings.prometheus!),
      nowSeconds: () => toSeconds,
      onWarning: (message: string) => logger.warn({ message, namespace }, 'Prometheus warns'),
    }
    const names = pods.map(({ name }) => name)
    try {
      return await cpuThrottling(options, { namespace, pods: names }, { fromSeconds, toSeconds }, signal)
    } catch (error) {
      signal.throwIfAborted()
      logger.warn({ error, namespace }, 'the throttling of a canary is not known')
      return undefined
    }
  }
}
