import fc from 'fast-check'
import { type ContainerRecommendation, Goal } from '../../src/api/index.ts'
import { DEFAULT_PRICES } from '../../src/config/index.ts'
import { UsageColumns } from '../../src/history/index.ts'
import type { ContainerFacts, FleetFacts, HpaFacts, WorkloadFacts } from '../../src/insight/index.ts'
import { cpuQuantity, memoryQuantity } from '../../src/resources/index.ts'

export const NOW_SECONDS = Date.parse('2026-03-31T12:00:00Z') / 1000
const DAY = 86_400
const MIB = 2 ** 20

const cores = fc.double({ min: 0.001, max: 64, noNaN: true })
const bytes = fc.integer({ min: 1, max: 100_000 }).map((mebibytes) => mebibytes * MIB)
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })

/** Keys that are undefined are left out, as the facts of the edge have it. */
function defined<T extends object>(record: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as never
}

const allotment = (amount: fc.Arbitrary<number>) =>
  fc
    .record({ request: maybe(amount), over: maybe(fc.double({ min: 1, max: 4, noNaN: true })) })
    .map(({ request, over }) => defined({ request, limit: over === undefined ? undefined : (request ?? 1) * over }))
const both = fc.record({ cpu: allotment(cores), memory: allotment(bytes) })

const recommendation = (name: string): fc.Arbitrary<ContainerRecommendation> =>
  fc
    .record({ cpu: cores, memory: bytes, sure: fc.double({ min: 0, max: 1, noNaN: true }), leaks: fc.boolean() })
    .map(({ cpu, memory, sure, leaks }) => {
      const [core, byte] = [cpuQuantity(cpu), memoryQuantity(memory)]
      const spread = (value: string) => ({ p50: value, p95: value, p99: value, peak: value })
      return {
        name,
        cpu: { request: core, confidence: sure },
        memory: { request: byte, limit: byte, confidence: sure },
        evidence: {
          ...{ from: '2026-03-17T12:00:00Z', to: '2026-03-31T12:00:00Z', samples: 4032 },
          cpu: spread(core),
          memory: { ...spread(byte), ...(leaks && { leak: { perDay: '10Mi', daysLeft: 3 } }) },
        },
      }
    })

/** A fortnight of samples, one every six hours. */
function usageOf(
  workload: WorkloadFacts['workload'],
  container: string,
  values: readonly (readonly [number, number])[],
) {
  const columns = new UsageColumns({ workload, container })
  for (const [i, [cpuCores, memoryBytes]] of values.entries()) {
    const timestampSeconds = NOW_SECONDS - (values.length - 1 - i) * (DAY / 4)
    columns.add({ container: columns.container, pod: '', timestampSeconds, cpuCores, memoryBytes })
  }
  return columns
}

const container = (workload: WorkloadFacts['workload'], name: string): fc.Arbitrary<ContainerFacts> =>
  fc
    .record({
      author: maybe(both),
      now: maybe(both),
      reserved: maybe(fc.record({ cpuCores: cores, memoryBytes: bytes })),
      reservedBefore: maybe(fc.record({ cpuCores: cores, memoryBytes: bytes })),
      samples: maybe(fc.array(fc.tuple(cores, bytes), { minLength: 1, maxLength: 57 })),
      learned: maybe(fc.tuple(recommendation(name), recommendation(name), recommendation(name))),
      oomKills: maybe(fc.nat(5)),
      restarts: maybe(fc.nat(50)),
      isCrashing: maybe(fc.boolean()),
      throttledShare: maybe(fc.double({ min: 0, max: 1, noNaN: true })),
    })
    .map(({ samples, learned, ...rest }) => ({
      name,
      ...defined({
        ...rest,
        usage: samples && usageOf(workload, name, samples),
        learned: learned && Object.fromEntries(Goal.options.map((goal, i) => [goal, learned[i]!])),
      }),
    })) as fc.Arbitrary<ContainerFacts>

const hpa: fc.Arbitrary<HpaFacts> = fc
  .record({
    minReplicas: fc.nat(10),
    replicas: maybe(fc.nat(20)),
    atMinimumShare: maybe(fc.double({ min: 0, max: 1, noNaN: true })),
    targets: maybe(
      fc.array(
        fc.record({
          resource: fc.constantFrom('cpu' as const, 'memory' as const),
          utilization: fc.integer({ min: 1, max: 300 }),
          author: fc.integer({ min: 1, max: 300 }),
          container: maybe(fc.constantFrom('app', 'gone')),
        }),
        { maxLength: 2 },
      ),
    ),
  })
  .map(({ targets, ...rest }) => ({
    ...{ name: 'web', maxReplicas: 20 },
    ...defined({ ...rest, targets: targets?.map((one) => defined(one)) }),
  })) as fc.Arbitrary<HpaFacts>

export const someWorkload = (index: number): fc.Arbitrary<WorkloadFacts> =>
  fc.constantFrom('shop', 'pay', 'ops').chain((namespace) => {
    const workload = { namespace, kind: 'Deployment', name: `web-${index}` }
    return fc
      .record({
        pods: maybe(fc.nat(20)),
        containers: fc.tuple(container(workload, 'app'), maybe(container(workload, 'sidecar'))),
        hpa: maybe(hpa),
      })
      .map(({ pods, containers, hpa }) => ({
        workload,
        ...(hpa && { hpa }),
        ...(pods !== undefined && { pods }),
        containers: containers.filter((one) => one !== undefined),
      }))
  })

/** A fleet of which anything may be missing. */
export const someFleet: fc.Arbitrary<FleetFacts> = fc
  .nat(12)
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, i) => someWorkload(i))))
  .map((workloads) => ({
    timeSeconds: NOW_SECONDS,
    sources: ['made up'],
    window: {
      from: new Date((NOW_SECONDS - 14 * DAY) * 1000).toISOString(),
      to: new Date(NOW_SECONDS * 1000).toISOString(),
      stepSeconds: DAY / 4,
    },
    goal: 'balanced' as const,
    prices: DEFAULT_PRICES,
    notes: [],
    workloads,
  }))
