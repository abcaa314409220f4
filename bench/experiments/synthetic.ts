import { baselineOf, type Configuration, type Experiment, type Parameter } from '../../src/experiments/index.ts'
import { type Seeded, seeded } from '../seeded.ts'
import { cheapestFeasible } from './cheapest.ts'
import type { Problem } from './problem.ts'
import { run, type Service, type Size } from './service.ts'

const MIB = 2 ** 20
/** A trial is aborted above this multiple of its limit. */
const ABORTED_ABOVE = 3

export interface Shape {
  readonly services: 1 | 2 | 3
  /** What is varied beside CPU and memory. */
  readonly extra: 'nothing' | 'replicas' | 'replicas and workers'
}

/** A system of services that nobody has seen before, under a load and a limit that suit it. */
export function syntheticProblem(shape: Shape, noise: number, seed: number): Problem {
  const random = seeded(seed)
  const requestsPerSecond = random.logBetween(20, 400)
  const services = Array.from({ length: shape.services }, (_, i) => inventService(random, `service-${i + 1}`))
  const authored = services.map((service) => overProvisioned(random, service, requestsPerSecond))
  const experiment = (atMost: number): Experiment => ({
    workloads: services.map(({ name }, i) => ({
      name,
      replicas: authored[i]!.replicas,
      containers: [{ name: 'app', cpuCores: authored[i]!.cpuCores, memoryBytes: authored[i]!.memoryBytes }],
    })),
    parameters: services.flatMap(({ name }, i) => parametersOf(shape, name, authored[i]!)),
    limits: [{ measure: 'p95', kind: 'latency', atMost }],
    prices: { coreHour: 0.03, gibHour: 0.004 },
    goal: 'savings',
    mostTrials: 30,
    seed,
  })
  const truth = (configuration: Configuration) =>
    run(
      services,
      requestsPerSecond,
      services.map(({ name }, i) => sizeOf(name, authored[i]!, configuration)),
    )

  const unlimited = experiment(1)
  const slack = random.between(1.25, 2.5)
  const atMost = truth(baselineOf(unlimited)).p95Seconds * 1000 * slack
  const asked = experiment(atMost)
  const meets = (configuration: Configuration) => {
    const { p95Seconds, oomKilled } = truth(configuration)
    return oomKilled.length === 0 && p95Seconds * 1000 <= atMost
  }
  return {
    experiment: asked,
    meets,
    cheapest: cheapestFeasible(asked, meets, seed),
    run: (configuration) => {
      const { p95Seconds, usage, oomKilled } = truth(configuration)
      const p95 = p95Seconds * 1000 * Math.exp(noise * random.normal())
      const isAborted = p95 > ABORTED_ABOVE * atMost
      return {
        configuration,
        outcome: oomKilled.length > 0 ? 'oomKilled' : isAborted ? 'aborted' : 'completed',
        measured: oomKilled.length > 0 || isAborted ? {} : { p95 },
        usage: usage.map(({ name, cpuCores, peakBytes }) => ({
          container: `${name}/app`,
          cpuCores: cpuCores * Math.exp((noise / 3) * random.normal()),
          peakMemoryBytes: peakBytes * (1 - 0.05 * random.uniform()),
        })),
        oomKilled: oomKilled.map((name) => `${name}/app`),
      }
    },
  }
}

function inventService(random: Seeded, name: string): Service {
  return {
    name,
    cpuSecondsPerRequest: random.logBetween(0.002, 0.04),
    squaredVariation: random.between(0.3, 2.5),
    idleSecondsPerRequest: random.logBetween(0.001, 0.05),
    liveBytes: random.logBetween(60, 1500) * MIB,
    bytesPerWorker: random.logBetween(0.5, 8) * MIB,
    collection: random.uniform() < 0.5 ? 0 : random.between(0.02, 0.1),
  }
}

function overProvisioned(random: Seeded, service: Service, requestsPerSecond: number): Size {
  const replicas = 2 + Math.floor(3 * random.uniform())
  const usedCores = requestsPerSecond * service.cpuSecondsPerRequest
  const utilization = random.between(0.1, 0.45)
  const inFlight = (requestsPerSecond / replicas) * (service.cpuSecondsPerRequest + service.idleSecondsPerRequest)
  const workers = Math.ceil(4 + random.between(2, 5) * inFlight)
  const needBytes = service.liveBytes + service.bytesPerWorker * workers
  return {
    replicas,
    cpuCores: rounded(usedCores / replicas / utilization, 0.05),
    memoryBytes: rounded(needBytes * random.between(1.5, 3), 16 * MIB),
    workers,
  }
}

function rounded(value: number, step: number): number {
  return Number((Math.ceil(value / step) * step).toPrecision(12))
}

function parametersOf(shape: Shape, workload: string, { cpuCores, memoryBytes, workers }: Size): Parameter[] {
  const resources: Parameter[] = [
    { kind: 'cpu', workload, container: 'app', min: cpuCores / 10, max: cpuCores * 2 },
    { kind: 'memory', workload, container: 'app', min: memoryBytes / 8, max: memoryBytes * 2 },
  ]
  if (shape.extra === 'nothing') return resources
  const replicas: Parameter = { kind: 'replicas', workload, min: 1, max: 6 }
  if (shape.extra === 'replicas') return [...resources, replicas]
  const name = `${workload} workers`
  return [...resources, replicas, { kind: 'setting', name, baseline: workers, min: 2, max: workers * 3 + 2, step: 2 }]
}

function sizeOf(name: string, authored: Size, configuration: Configuration): Size {
  return {
    cpuCores: configuration[`${name}/app cpu`] ?? authored.cpuCores,
    memoryBytes: configuration[`${name}/app memory`] ?? authored.memoryBytes,
    replicas: configuration[`${name} replicas`] ?? authored.replicas,
    workers: configuration[`${name} workers`] ?? authored.workers,
  }
}
