import { type Containers, MAX_BYTES, MAX_CORES, type UsageSample, whyNotNamed } from '../history/index.ts'
import type { WorkloadContainer } from '../workloads/index.ts'
import type { RangeSeries } from './answer.ts'
import type { NamespaceUsage } from './usage-reader.ts'

const BATCH = 8192

/**
 * The samples of one namespace, container by container. CPU and memory of a container are joined by their times, and its Pods
 * are interleaved in order of time. Containers of Pods that belong to no workload are left out.
 */
export function* samplesOf(
  { cpu, memory, owners }: NamespaceUsage,
  containers: Containers,
): Generator<readonly UsageSample[]> {
  const pairs = new Map<string, { cpu?: RangeSeries; memory?: RangeSeries }>()
  for (const series of cpu) pairs.set(keyOf(series), { cpu: series })
  for (const series of memory) {
    const key = keyOf(series)
    pairs.set(key, { ...pairs.get(key), memory: series })
  }
  const pods = new Map<WorkloadContainer, Pod[]>()
  for (const { cpu, memory } of pairs.values()) {
    const { namespace = '', pod = '', container = '' } = (cpu ?? memory)!.labels
    const workload = owners.workloadOf(namespace, pod)
    if (!workload || whyNotNamed(workload, container, pod)) continue
    const owner = containers.intern(workload, container)
    const others = pods.get(owner)
    if (others) others.push({ pod, cpu, memory })
    else pods.set(owner, [{ pod, cpu, memory }])
  }
  let batch: UsageSample[] = []
  for (const [container, those] of pods) {
    const start = batch.length
    for (const { pod, cpu, memory } of those) join(cpu, memory, { container, pod }, batch)
    if (those.length > 1) sortFrom(batch, start)
    if (batch.length >= BATCH) {
      yield batch
      batch = []
    }
  }
  if (batch.length > 0) yield batch
}

interface Pod {
  readonly pod: string
  readonly cpu: RangeSeries | undefined
  readonly memory: RangeSeries | undefined
}

function sortFrom(samples: UsageSample[], start: number): void {
  const sorted = samples.splice(start).sort((one, other) => one.timestampSeconds - other.timestampSeconds)
  for (const sample of sorted) samples.push(sample)
}

function keyOf({ labels }: RangeSeries): string {
  return `${labels.namespace}/${labels.pod}/${labels.container}`
}

const NONE: Pick<RangeSeries, 'seconds' | 'values'> = { seconds: new Float64Array(), values: new Float64Array() }

function join(
  { seconds: cpuSeconds, values: cores } = NONE,
  { seconds: memorySeconds, values: bytes } = NONE,
  whose: Pick<UsageSample, 'container' | 'pod'>,
  samples: UsageSample[],
): void {
  for (let c = 0, m = 0; c < cores.length || m < bytes.length; ) {
    const timestampSeconds = Math.min(cpuSeconds[c] ?? Infinity, memorySeconds[m] ?? Infinity)
    const cpu = cpuSeconds[c] === timestampSeconds ? cores[c++]! : Number.NaN
    const memory = memorySeconds[m] === timestampSeconds ? bytes[m++]! : Number.NaN
    const cpuCores = cpu >= 0 && cpu <= MAX_CORES ? cpu : Number.NaN
    // The last reading of a container that has ended can be 0; a running one uses some.
    const memoryBytes = memory > 0 && memory <= MAX_BYTES ? memory : Number.NaN
    if (Number.isNaN(cpuCores) && Number.isNaN(memoryBytes)) continue
    samples.push({ ...whose, timestampSeconds, cpuCores, memoryBytes })
  }
}
