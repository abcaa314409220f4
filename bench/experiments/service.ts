import { percentile95, queueingTime, type Stage } from './queue.ts'

/** A container under an open-model load, as an M/G/c queue of its CPU behind a pool of workers. */
export interface Service {
  readonly name: string
  readonly cpuSecondsPerRequest: number
  readonly squaredVariation: number
  /** Waiting for others, such as a database. */
  readonly idleSecondsPerRequest: number
  readonly liveBytes: number
  readonly bytesPerWorker: number
  /** Share of CPU for garbage collection where the heap is twice what lives; 0 where there is none. */
  readonly collection: number
}

export interface Size {
  readonly cpuCores: number
  readonly memoryBytes: number
  readonly replicas: number
  readonly workers: number
}

export interface Run {
  /** Infinite where more arrives than can be served. */
  readonly p95Seconds: number
  readonly usage: readonly { readonly name: string; readonly cpuCores: number; readonly peakBytes: number }[]
  readonly oomKilled: readonly string[]
}

const WORKERS_VARY = 0.3

/** What services that call one after another do under a load, without noise. */
export function run(services: readonly Service[], requestsPerSecond: number, sizes: readonly Size[]): Run {
  const stages: (Stage | undefined)[] = []
  const oomKilled: string[] = []
  const usage = services.map((service, i) => {
    const { cpuCores, memoryBytes, replicas, workers } = sizes[i]!
    const needBytes = service.liveBytes + service.bytesPerWorker * workers
    const spare = memoryBytes - needBytes
    if (spare <= 0) oomKilled.push(service.name)
    const collecting = service.collection * Math.min(20, needBytes / Math.max(spare, 1))
    const cpuSeconds = service.cpuSecondsPerRequest * (1 + collecting)
    const each = requestsPerSecond / replicas
    const onCpu = queueingTime(each, cpuSeconds, service.squaredVariation, cpuCores)
    const held = onCpu && onCpu.meanSeconds + service.idleSecondsPerRequest
    const pool = held === undefined ? undefined : queueingTime(each, held, WORKERS_VARY, workers)
    const waiting = pool && {
      meanSeconds: pool.meanSeconds - held!,
      variance: pool.variance - WORKERS_VARY * held! ** 2,
    }
    const elsewhere = { meanSeconds: service.idleSecondsPerRequest, variance: 0.1 * service.idleSecondsPerRequest ** 2 }
    stages.push(onCpu, waiting, elsewhere)
    const heapGrowth = service.collection > 0 ? 0.6 * Math.max(0, spare) : 0
    return {
      name: service.name,
      cpuCores: Math.min(requestsPerSecond * cpuSeconds, cpuCores * replicas),
      peakBytes: Math.min(memoryBytes, needBytes + heapGrowth),
    }
  })
  const known = stages.flatMap((stage) => stage ?? [])
  const p95Seconds = known.length === stages.length ? percentile95(known) : Number.POSITIVE_INFINITY
  return { p95Seconds, usage, oomKilled }
}
