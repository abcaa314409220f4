import { parseQuantity, toNumber } from '../../../src/resources/index.ts'
import type { ControlPlane } from '../harness/index.ts'
import { badBetween, type LatencyObjective } from './objective.ts'
import { type Counters, readCounters, type ServicePod } from './service.ts'

interface Sample {
  readonly atSeconds: number
  readonly counters: Counters
  /** CPU limit that the kubelet has carried out, in cores. */
  readonly limitCores: number
}

const EVERY_MILLISECONDS = 2_000

/** Records the requests and the CPU limit of a Pod, from its own counters and the API server: independently of Plimsoll. */
export class Watch {
  readonly #samples: Sample[] = []
  readonly #timer: NodeJS.Timeout
  readonly #objective: LatencyObjective

  constructor(cluster: ControlPlane, pod: ServicePod, objective: LatencyObjective) {
    this.#objective = objective
    // An overloaded Pod may not answer; the next look does.
    this.#timer = setInterval(() => void this.#look(cluster, pod).catch(() => {}), EVERY_MILLISECONDS)
    // A test that fails before it stops the watch must still end.
    this.#timer.unref()
  }

  get limitCores(): number {
    return this.#samples.at(-1)?.limitCores ?? Number.NaN
  }

  /** Each CPU limit so far, for how long it applied, and the share of slow requests in that time. */
  get course(): string {
    const spans: { from: Sample; to: Sample }[] = []
    for (const sample of this.#samples) {
      const last = spans.at(-1)
      if (last?.from.limitCores === sample.limitCores) last.to = sample
      else spans.push({ from: sample, to: sample })
    }
    return spans
      .map(({ from, to }, i) => {
        const until = spans[i + 1]?.from ?? to
        const { requests, bad } = badBetween(from.counters, until.counters, this.#objective.edgeSeconds)
        const slow = requests === 0 ? '' : `, ${((100 * bad) / requests).toFixed(1)} % slow`
        return `${Math.round(from.limitCores * 1000)}m (${(until.atSeconds - from.atSeconds).toFixed(0)} s${slow})`
      })
      .join(', ')
  }

  /** Mean CPU limit over the last `seconds`. */
  meanLimitCores(seconds: number): number {
    const samples = this.#last(seconds)
    return samples.reduce((sum, { limitCores }) => sum + limitCores, 0) / samples.length
  }

  /** Share of slow requests in the last `seconds`; NaN while it has watched for less. */
  badShare(seconds: number): number {
    const samples = this.#last(seconds)
    const [first, last] = [samples[0], samples.at(-1)]
    if (!first || !last || last.atSeconds - first.atSeconds < seconds - EVERY_MILLISECONDS / 500) return Number.NaN
    const { requests, bad } = badBetween(first.counters, last.counters, this.#objective.edgeSeconds)
    return bad / requests
  }

  /** Whether the Pod has met the objective with the same limit for the last `seconds`. */
  isSettled(seconds: number): boolean {
    const limits = new Set(this.#last(seconds).map(({ limitCores }) => limitCores))
    return limits.size === 1 && this.badShare(seconds) <= this.#objective.badShare
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #last(seconds: number): readonly Sample[] {
    const since = performance.now() / 1000 - seconds
    return this.#samples.filter(({ atSeconds }) => atSeconds >= since)
  }

  async #look({ read }: ControlPlane, pod: ServicePod): Promise<void> {
    type Pod = { status: { containerStatuses: { resources?: { limits?: { cpu?: string } } }[] } }
    const [counters, shown] = await Promise.all([
      readCounters(pod),
      read<Pod>(`/api/v1/namespaces/${pod.namespace}/pods/${pod.name}`),
    ])
    const cpu = shown?.status.containerStatuses[0]?.resources?.limits?.cpu
    if (cpu === undefined) return
    this.#samples.push({ atSeconds: performance.now() / 1000, counters, limitCores: toNumber(parseQuantity(cpu)!) })
  }
}
