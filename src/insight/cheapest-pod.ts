import type { UsageColumns } from '../history/index.ts'
import type { CheapestPod, Price } from './model.ts'
import { costPerMonth } from './prices.ts'

/** Usage of a workload with one container, which an HPA scales. */
export interface ScaledUsage {
  /** CPU of all Pods together in cores, and the number of Pods, at each time. */
  readonly times: readonly { readonly cores: number; readonly pods: number }[]
  /** CPU that one Pod used in all but 1 % of the samples, in cores. */
  readonly mostCores: number
  /** Least memory that a Pod used, in bytes: what each Pod needs for itself. */
  readonly leastBytes: number
  /** Most memory that a Pod used, in bytes. */
  readonly mostBytes: number
}

/** How an HPA scales on CPU alone. */
export interface CpuScaling {
  /** Target utilization, in percent of the request. */
  readonly utilization: number
  readonly minReplicas: number
  readonly maxReplicas: number
}

/** Requests of one Pod. */
export interface PodRequests {
  readonly cpuCores: number
  readonly memoryBytes: number
}

export type CheaperSize = Omit<CheapestPod, 'says'>

const LEAST_SECONDS = 7 * 86_400
/** A window is read in whole steps, and the first of them may be missing. */
const NEARLY = 0.98
/** The share of samples of one Pod that may be above `mostCores`. */
const RARE = 0.01
/** Sizes to compare, as multiples of the present requests. */
const SIZES = [1.25, 1.5, 2, 3, 4] as const
/** Cost that must be saved, as a share: less is not worth a change. */
const WORTHWHILE = 0.1
/** By how much the expected number of Pods may differ from the real one, on average over the times: an HPA acts late, and tolerates 10 %. */
const EXPLAINED = 0.2
/** Keeps a quotient that should be whole from being rounded up. */
const ROUNDING = 1e-9

/** @returns undefined if the usage is shorter than a week */
export function scaledUsage(usage: UsageColumns, stepSeconds: number): ScaledUsage | undefined {
  const times = new Map<number, { cores: number; pods: number }>()
  const each: number[] = []
  let [leastBytes, mostBytes] = [Number.POSITIVE_INFINITY, 0]
  let [first, last] = [Number.POSITIVE_INFINITY, 0]
  for (let i = 0; i < usage.length; i++) {
    const { timestampSeconds, cpuCores, memoryBytes } = usage.sampleAt(i)
    if (Number.isNaN(cpuCores) || Number.isNaN(memoryBytes)) continue
    ;[first, last] = [Math.min(first, timestampSeconds), Math.max(last, timestampSeconds)]
    const step = Math.floor(timestampSeconds / stepSeconds)
    const time = times.get(step) ?? { cores: 0, pods: 0 }
    time.cores += cpuCores
    time.pods++
    times.set(step, time)
    each.push(cpuCores)
    ;[leastBytes, mostBytes] = [Math.min(leastBytes, memoryBytes), Math.max(mostBytes, memoryBytes)]
  }
  if (!(last - first >= LEAST_SECONDS * NEARLY)) return undefined
  const sorted = Float64Array.from(each).sort()
  const mostCores = sorted[Math.floor((sorted.length - 1) * (1 - RARE))]!
  return { times: [...times.values()], mostCores, leastBytes, mostBytes }
}

/**
 * The larger requests of a Pod with which the workload would cost least, at the same target utilization. The HPA keeps
 * usage ÷ (target × request) Pods, so larger Pods are fewer: that saves what each Pod needs for itself, and costs where it rounds up or
 * is at its minimum. How many requests are slow depends on load per core (`LatencyModel`), which stays the same.
 *
 * Memory grows with the size, except for the least that a Pod used. A Pod is never expected to use more CPU than one has used, because a
 * program may have one thread. Smaller Pods are not compared: at the same utilization, requests wait longer for fewer cores.
 *
 * @returns undefined if no larger size saves enough, the HPA did not scale as its target says, or Pods use more memory than they request,
 *   so that requests do not say what a larger Pod needs
 */
export function cheapestPod(
  { times, mostCores, leastBytes, mostBytes }: ScaledUsage,
  now: PodRequests,
  { utilization, minReplicas, maxReplicas }: CpuScaling,
  price: Price,
): CheaperSize | undefined {
  if (!(now.cpuCores > 0) || times.length === 0 || mostBytes > now.memoryBytes) return undefined
  const podsOf = (cores: number, size: number) => {
    const wanted = Math.ceil(cores / ((utilization / 100) * now.cpuCores * size) - ROUNDING)
    return Math.min(maxReplicas, Math.max(minReplicas, wanted))
  }
  const sum = (of: (time: ScaledUsage['times'][number]) => number) => times.reduce((all, one) => all + of(one), 0)
  const unexplained = sum(({ cores, pods }) => Math.abs(podsOf(cores, 1) - pods))
  if (unexplained > EXPLAINED * sum(({ pods }) => pods)) return undefined
  const costOf = (size: number) => {
    const pods = sum(({ cores }) => podsOf(cores, size)) / times.length
    const memory = leastBytes + (now.memoryBytes - leastBytes) * size
    return { pods, memory, perMonth: costPerMonth(pods * now.cpuCores * size, pods * memory, price) }
  }
  const before = costOf(1)
  let cheapest: CheaperSize | undefined
  for (const size of SIZES) {
    const cpuCores = now.cpuCores * size
    if ((cpuCores * utilization) / 100 > mostCores) break
    const { pods, memory, perMonth } = costOf(size)
    const least = cheapest?.perMonth ?? before.perMonth * (1 - WORTHWHILE)
    if (perMonth < least)
      cheapest = { cpuCores, memoryBytes: memory, pods, perMonth, savedShare: 1 - perMonth / before.perMonth }
  }
  return cheapest
}
