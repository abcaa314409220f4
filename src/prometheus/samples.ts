import { type Containers, MAX_BYTES, MAX_CORES, type UsageSample, whyNotNamed } from '../history/index.ts'
import type { WorkloadContainer } from '../workloads/index.ts'
import type { ReadingAccount } from './account.ts'
import type { PointLeftOut, RangeSeries } from './answer.ts'
import type { ClusterGuard } from './cluster-guard.ts'
import type { NamespaceUsage } from './usage-reader.ts'

const BATCH = 8192

/**
 * The samples of one namespace, container by container. CPU and memory of a container are joined by their times, and its Pods are
 * interleaved in order of time. Containers of Pods that belong to no workload are left out, and counted.
 *
 * @throws HistoryError if the guard finds series of several clusters
 */
export function* samplesOf(
  usage: NamespaceUsage,
  containers: Containers,
  guard: ClusterGuard,
  account: ReadingAccount,
): Generator<readonly UsageSample[]> {
  let batch: UsageSample[] = []
  for (const [container, pods] of podsOf(usage, containers, guard, account)) {
    const start = batch.length
    for (const { pod, cpu, memory } of pods) join(cpu, memory, { container, pod }, batch, account)
    if (pods.length > 1) sortFrom(batch, start)
    if (batch.length >= BATCH) {
      yield batch
      batch = []
    }
  }
  if (batch.length > 0) yield batch
}

/** Usage of one container of one Pod. */
interface Pod {
  readonly pod: string
  readonly cpu: RangeSeries | undefined
  readonly memory: RangeSeries | undefined
}

function podsOf(
  { cpu, memory, owners }: NamespaceUsage,
  containers: Containers,
  guard: ClusterGuard,
  account: ReadingAccount,
): Map<WorkloadContainer, Pod[]> {
  const pairs = new Map<string, { cpu?: RangeSeries; memory?: RangeSeries }>()
  for (const [resource, all] of [['cpu', cpu] as const, ['memory', memory] as const]) {
    for (const series of all) {
      const points = pointsIn(series)
      account.points += points
      if (!guard.accepts('usage', series.labels)) {
        account.pointsOfOthers += points
        account.ofAnother(series.labels, guard.names)
        continue
      }
      for (const [why, number] of Object.entries(series.left)) account.bad(why as PointLeftOut, number)
      const key = keyOf(series, guard.names)
      const before = pairs.get(key)
      // A store sends each series once. If there are two, it is unknown which is right.
      if (before?.[resource]) account.bad('outOfOrder', series.values.length)
      else pairs.set(key, { ...before, [resource]: until(guard, series, account) })
    }
  }
  const pods = new Map<WorkloadContainer, Pod[]>()
  for (const { cpu, memory } of pairs.values()) {
    const { namespace = '', pod = '', container = '' } = (cpu ?? memory)!.labels
    const points = (cpu?.values.length ?? 0) + (memory?.values.length ?? 0)
    // Sums over Pods, and their sandboxes, have no container; queries for renamed labels return them as well.
    if (container === '' || container === 'POD' || pod === '') {
      account.pointsOfOthers += points
      continue
    }
    const origin = owners.originOf(namespace, pod)
    if (!origin.workload) {
      account.leftOut(origin.why, namespace, pod)
      account.pointsOfOthers += points
      continue
    }
    if (whyNotNamed(origin.workload, container, pod)) {
      account.bad('noSuchName', points)
      continue
    }
    if (origin.guess) account.guess(origin.guess, origin.workload)
    const owner = containers.intern(origin.workload, container)
    const others = pods.get(owner)
    if (others) others.push({ pod, cpu, memory })
    else pods.set(owner, [{ pod, cpu, memory }])
  }
  for (const [container, its] of pods) check(container, its, guard)
  return pods
}

/** The part of a series that is from the cluster. */
function until(guard: ClusterGuard, series: RangeSeries, account: ReadingAccount): RangeSeries {
  const { namespace = '', pod = '' } = series.labels
  const end = guard.endOf(namespace, pod)
  const { length } = series.seconds
  if (length === 0 || series.seconds[length - 1]! < end) return series
  const first = series.seconds.findIndex((seconds) => seconds >= end)
  account.pointsOfOthers += length - first
  account.unknownPod(namespace, pod)
  return { ...series, seconds: series.seconds.subarray(0, first), values: series.values.subarray(0, first) }
}

function check(container: WorkloadContainer, pods: readonly Pod[], guard: ClusterGuard): void {
  guard.together(
    'usage',
    container,
    pods.map(({ cpu, memory }) => (cpu ?? memory)!.labels),
  )
  for (const its of Map.groupBy(pods, ({ pod }) => pod).values()) {
    if (its.length === 1) continue
    for (const resource of ['cpu', 'memory'] as const)
      guard.ofOnePod(
        container,
        its.flatMap((one) => one[resource] ?? []),
      )
  }
}

function pointsIn({ values, left }: RangeSeries): number {
  return Object.values(left).reduce((sum, number) => sum + number, values.length)
}

function sortFrom(samples: UsageSample[], start: number): void {
  const sorted = samples.splice(start).sort((one, other) => one.timestampSeconds - other.timestampSeconds)
  for (const sample of sorted) samples.push(sample)
}

function keyOf({ labels }: RangeSeries, names: readonly string[]): string {
  const { namespace, pod, container } = labels
  return JSON.stringify([namespace, pod, container, ...names.map((name) => labels[name] ?? '')])
}

const NONE: Pick<RangeSeries, 'seconds' | 'values'> = { seconds: new Float64Array(), values: new Float64Array() }

function join(
  { seconds: cpuSeconds, values: cores } = NONE,
  { seconds: memorySeconds, values: bytes } = NONE,
  whose: Pick<UsageSample, 'container' | 'pod'>,
  samples: UsageSample[],
  account: ReadingAccount,
): void {
  for (let c = 0, m = 0; c < cores.length || m < bytes.length; ) {
    const timestampSeconds = Math.min(cpuSeconds[c] ?? Infinity, memorySeconds[m] ?? Infinity)
    const cpu = cpuSeconds[c] === timestampSeconds ? cores[c++]! : undefined
    const memory = memorySeconds[m] === timestampSeconds ? bytes[m++]! : undefined
    const cpuCores = usable(cpu, cpu !== undefined && cpu >= 0 && cpu <= MAX_CORES, account)
    // The last reading of a container that has ended can be 0; a running one uses some memory.
    if (memory === 0) account.bad('notFinite')
    const memoryBytes = usable(memory || undefined, memory !== undefined && memory > 0 && memory <= MAX_BYTES, account)
    if (Number.isNaN(cpuCores) && Number.isNaN(memoryBytes)) continue
    samples.push({ ...whose, timestampSeconds, cpuCores, memoryBytes })
  }
}

/** The value if it is possible, and NaN if it is not or is missing; counts both. */
function usable(value: number | undefined, isPossible: boolean, account: ReadingAccount): number {
  if (value === undefined) return Number.NaN
  if (!isPossible) {
    account.bad('impossible')
    return Number.NaN
  }
  account.used++
  return value
}
