import { LRUCache } from 'lru-cache'
import type { Canary } from '../api/index.ts'
import type { FleetWorkload } from '../fleet/index.ts'
import {
  type ClusterGuard,
  type CpuPeriods,
  cpuThrottling,
  type PrometheusOptions,
  prometheusOf,
} from '../prometheus/index.ts'
import type { PodHealth } from '../revisions/index.ts'
import { type Workload, workloadKey } from '../workloads/index.ts'
import type { ControllerContext } from './context.ts'

/** How often Prometheus is asked about a canary's whole time, which is expensive; the canary itself is judged every minute. */
const ASK_AGAIN_MILLISECONDS = 5 * 60_000
const MAX_CANARIES = 1_000

export type ThrottlingContext = Pick<ControllerContext, 'settings' | 'logger' | 'time'>
/** What tells whether series of a namespace are from this cluster; undefined if all are. */
export type GuardOf = (namespace: string) => ClusterGuard | undefined

interface Known {
  readonly canary: string
  readonly askedAtMilliseconds: number
  readonly periods: ReadonlyMap<string, CpuPeriods> | undefined
}

/** Throttling of the Pods of workloads with a canary, read from Prometheus. The metrics API has no such figures. */
export class ThrottlingOfCanaries {
  readonly #context: ThrottlingContext
  readonly #guardOf: GuardOf
  readonly #known = new LRUCache<string, Known>({ max: MAX_CANARIES })

  /** @param guardOf what tells whether series of a namespace are from this cluster; by default all are */
  constructor(context: ThrottlingContext, guardOf: GuardOf = () => undefined) {
    this.#context = context
    this.#guardOf = guardOf
  }

  /** Asks Prometheus about every canary whose figures are missing or older than five minutes. */
  async refresh(
    workloads: Iterable<FleetWorkload>,
    canaryOf: (workload: Workload) => Canary | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { settings, time } = this.#context
    if (!settings.prometheus) return
    for (const { workload, pods } of workloads) {
      const canary = canaryOf(workload)
      if (canary?.since === undefined) continue
      const known = this.#known.get(workloadKey(workload))
      const askedAtMilliseconds = time.elapsed()
      const isFresh = known && askedAtMilliseconds - known.askedAtMilliseconds < ASK_AGAIN_MILLISECONDS
      if (isFresh && known.canary === identityOf(canary)) continue
      const from = Date.parse(canary.since) / 1000
      const periods = await readThrottling(this.#context, { guardOf: this.#guardOf, workload, pods }, from, signal)
      this.#known.set(workloadKey(workload), { canary: identityOf(canary), askedAtMilliseconds, periods })
    }
  }

  /** @returns the Pods with their throttling since the canary's first Pod was created; the Pods unchanged if it is unknown */
  addTo(
    { workload, pods }: Pick<FleetWorkload, 'workload' | 'pods'>,
    canary: Canary | undefined,
  ): readonly PodHealth[] {
    const known = this.#known.get(workloadKey(workload))
    const periods = canary && known?.canary === identityOf(canary) ? known.periods : undefined
    return periods ? pods.map((pod) => ({ ...pod, throttling: periods.get(pod.name) })) : pods
  }
}

/**
 * Reads the CPU periods of a workload's Pods from a time until now.
 *
 * @param fromSeconds Unix time
 * @returns undefined if they are unknown; errors are logged
 */
export async function readThrottling(
  context: ThrottlingContext,
  whose: WhosePods,
  fromSeconds: number,
  signal: AbortSignal,
): Promise<Known['periods']> {
  const toSeconds = context.time.now() / 1000
  const question: AboutPods<Known['periods']> = {
    ...{ what: 'the throttling of Pods', nowSeconds: toSeconds },
    ask: (options, of) => cpuThrottling(options, of, { fromSeconds, toSeconds }, signal),
  }
  return await askAboutPods(context, whose, question, signal)
}

type WhosePods = Pick<FleetWorkload, 'workload' | 'pods'> & { readonly guardOf: GuardOf }

export interface AboutPods<T> {
  /** What is queried, for the log if it is unknown. */
  readonly what: string
  readonly nowSeconds: number
  readonly ask: (
    options: PrometheusOptions,
    of: { readonly namespace: string; readonly pods: readonly string[] },
  ) => Promise<T>
}

/** Asks Prometheus about the Pods of one workload. @returns undefined if the query failed, which is logged */
export async function askAboutPods<T>(
  { settings, logger }: ThrottlingContext,
  { guardOf, workload: { namespace }, pods }: WhosePods,
  { what, nowSeconds, ask }: AboutPods<T>,
  signal: AbortSignal,
): Promise<T | undefined> {
  const own = guardOf(namespace)
  const options = {
    ...(own && { own }),
    ...prometheusOf(settings.prometheus!),
    nowSeconds: () => nowSeconds,
    onWarning: (message: string) => logger.warn({ message, namespace }, 'Prometheus warns'),
  }
  try {
    return await ask(options, { namespace, pods: pods.map(({ name }) => name) })
  } catch (error) {
    signal.throwIfAborted()
    logger.warn({ error, namespace }, `${what} could not be read`)
    return undefined
  }
}

function identityOf({ since, revision }: Canary): string {
  return `${revision.revision}@${since}`
}
