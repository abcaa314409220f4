import { LRUCache } from 'lru-cache'
import type { FleetWorkload } from '../fleet/index.ts'
import type { CpuPeriods } from '../prometheus/index.ts'
import { type Workload, workloadKey } from '../workloads/index.ts'
import { type GuardOf, readThrottling, type ThrottlingContext } from './throttling.ts'

/** Age from which an answer says nothing about the requests of now. */
const FRESH_SECONDS = 90
/** Questions of one turn: when the whole cluster is slow, throttling is not what explains it. */
const MOST_QUESTIONS = 20
const MAX_WORKLOADS = 1_000

interface Known {
  readonly askedAtSeconds: number
  readonly share: number | undefined
}

/** Throttling of the workloads that miss their SLO, read from Prometheus: where limits hold nothing back, more CPU does not help. */
export class ThrottlingOfSlow {
  readonly #context: ThrottlingContext
  readonly #guardOf: GuardOf
  readonly #known = new LRUCache<string, Known>({ max: MAX_WORKLOADS })

  readonly #windowSeconds: number

  /** @param windowSeconds time over which throttling is read, and between two questions about one workload: that of the requests */
  constructor(context: ThrottlingContext, windowSeconds: number, guardOf: GuardOf = () => undefined) {
    this.#context = context
    this.#windowSeconds = windowSeconds
    this.#guardOf = guardOf
  }

  /** Asks Prometheus about workloads that miss their SLO, the longest unknown first. */
  async refresh(
    workloads: Iterable<Pick<FleetWorkload, 'workload' | 'pods'>>,
    isSlow: (workload: Workload) => boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const { settings, time } = this.#context
    if (!settings.prometheus) return
    const nowSeconds = time.now() / 1000
    const askedAt = ({ workload }: Pick<FleetWorkload, 'workload'>) =>
      this.#known.get(workloadKey(workload))?.askedAtSeconds ?? Number.NEGATIVE_INFINITY
    const due = [...workloads]
      .filter((one) => isSlow(one.workload) && nowSeconds - askedAt(one) >= this.#windowSeconds)
      .sort((a, b) => askedAt(a) - askedAt(b))
    for (const { workload, pods } of due.slice(0, MOST_QUESTIONS)) {
      const whose = { guardOf: this.#guardOf, workload, pods }
      const periods = await readThrottling(this.#context, whose, nowSeconds - this.#windowSeconds, signal)
      this.#known.set(workloadKey(workload), { askedAtSeconds: nowSeconds, share: periods && shareOf(periods) })
    }
  }

  /** Share of the CPU periods in which limits held a workload back lately; undefined if not known, or if it has no limits. */
  shareOf(workload: Workload): number | undefined {
    const known = this.#known.get(workloadKey(workload))
    if (!known || this.#context.time.now() / 1000 - known.askedAtSeconds > Math.min(FRESH_SECONDS, this.#windowSeconds))
      return undefined
    return known.share
  }
}

function shareOf(periods: ReadonlyMap<string, CpuPeriods>): number | undefined {
  let [all, throttled] = [0, 0]
  for (const pod of periods.values()) {
    all += pod.periods
    throttled += pod.throttled
  }
  return all === 0 ? undefined : throttled / all
}
