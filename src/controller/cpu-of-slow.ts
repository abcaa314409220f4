import { LRUCache } from 'lru-cache'
import type { FleetWorkload } from '../fleet/index.ts'
import { type CpuPeriods, type UsedCores, usedCoresNow } from '../prometheus/index.ts'
import { type Workload, workloadKey } from '../workloads/index.ts'
import { type AboutPods, askAboutPods, type GuardOf, readThrottling, type ThrottlingContext } from './throttling.ts'

/** Maximum age of an answer that is compared with current requests, and time between two queries about one workload. */
const FRESH_SECONDS = 90
/** Maximum number of queries in one turn: when the whole cluster is slow, CPU is not the explanation. */
const MOST_QUESTIONS = 20
const MAX_WORKLOADS = 1_000

type Whose = Pick<FleetWorkload, 'workload' | 'pods'>

interface Known {
  readonly askedAtSeconds: number
  readonly throttledShare: number | undefined
  /** By Pod. */
  readonly used: ReadonlyMap<string, UsedCores>
}

/**
 * Current throttling and CPU usage of the workloads that miss their SLO, or whose requests cannot be read any more. If limits hold
 * nothing back, more CPU does not help; if all CPU is used, a service may be too busy to answer Prometheus. Both figures come from the
 * kubelet, which does not depend on the service.
 */
export class CpuOfSlow {
  readonly #context: ThrottlingContext
  readonly #guardOf: GuardOf
  readonly #windowSeconds: number
  readonly #freshSeconds: number
  readonly #known = new LRUCache<string, Known>({ max: MAX_WORKLOADS })

  /** @param windowSeconds time over which throttling is read, the same as for requests */
  constructor(context: ThrottlingContext, windowSeconds: number, guardOf: GuardOf = () => undefined) {
    this.#context = context
    this.#windowSeconds = windowSeconds
    this.#freshSeconds = Math.min(FRESH_SECONDS, windowSeconds)
    this.#guardOf = guardOf
  }

  /** Asks Prometheus about workloads that need CPU or may need it, the oldest answer first. */
  async refresh(workloads: Iterable<Whose>, mayNeed: (workload: Workload) => boolean, signal: AbortSignal) {
    const { settings, time } = this.#context
    if (!settings.prometheus) return
    const nowSeconds = time.now() / 1000
    const askedAt = ({ workload }: Whose) =>
      this.#known.get(workloadKey(workload))?.askedAtSeconds ?? Number.NEGATIVE_INFINITY
    const due = [...workloads]
      .filter((one) => mayNeed(one.workload) && nowSeconds - askedAt(one) >= this.#freshSeconds)
      .sort((a, b) => askedAt(a) - askedAt(b))
    for (const one of due.slice(0, MOST_QUESTIONS)) {
      const whose = { guardOf: this.#guardOf, ...one }
      const periods = await readThrottling(this.#context, whose, nowSeconds - this.#windowSeconds, signal)
      const question: AboutPods<Known['used']> = {
        ...{ what: 'the CPU that Pods use now', nowSeconds },
        ask: (options, of) => usedCoresNow(options, of, nowSeconds, signal),
      }
      const used = await askAboutPods(this.#context, whose, question, signal)
      const throttledShare = periods && shareOf(periods)
      this.#known.set(workloadKey(one.workload), { askedAtSeconds: nowSeconds, throttledShare, used: used ?? UNKNOWN })
    }
  }

  /** Share of the CPU periods in which limits recently held a workload back; undefined if unknown, or if it has no limits. */
  throttledShareOf(workload: Workload): number | undefined {
    return this.#freshOf(workload)?.throttledShare
  }

  /** CPU that a container of a Pod recently used, in cores; undefined if unknown. */
  usedCoresOf(workload: Workload, pod: string, container: string): number | undefined {
    return this.#freshOf(workload)?.used.get(pod)?.get(container)
  }

  #freshOf(workload: Workload): Known | undefined {
    const known = this.#known.get(workloadKey(workload))
    if (!known || this.#context.time.now() / 1000 - known.askedAtSeconds > this.#freshSeconds) return undefined
    return known
  }
}

const UNKNOWN: ReadonlyMap<string, UsedCores> = new Map()

function shareOf(periods: ReadonlyMap<string, CpuPeriods>): number | undefined {
  let [all, throttled] = [0, 0]
  for (const pod of periods.values()) {
    all += pod.periods
    throttled += pod.throttled
  }
  return all === 0 ? undefined : throttled / all
}
