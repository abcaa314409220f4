import fc from 'fast-check'
import type { ContainerRecommendation, Goal } from '../../src/api/index.ts'
import type { UsageSample } from '../../src/history/index.ts'
import { type Cadence, GOAL_PRICES, type Learner } from '../../src/learner/index.ts'
import { type ContainerResources, parseQuantity, toNumber } from '../../src/resources/index.ts'
import type { Workload, WorkloadContainer } from '../../src/workloads/index.ts'

export const HOUR = 3600
export const DAY = 86_400
/** 2026-01-05T00:00:00Z, a Monday. */
export const START = 1_767_571_200
export const MIB = 2 ** 20

export const workload: Workload = { namespace: 'shop', kind: 'Deployment', name: 'checkout' }
export const checkout: WorkloadContainer = { workload, container: 'checkout' }

export function sample(
  timestampSeconds: number,
  cpuCores: number,
  memoryBytes: number,
  container = checkout,
  pod = 'a',
): UsageSample {
  return { container, pod, timestampSeconds, cpuCores, memoryBytes }
}

/** Samples every five minutes, each with what `usage` says for its index. */
export function series(
  count: number,
  usage: (index: number) => { cpu?: number; memory?: number },
  { start = START, container = checkout, pod = 'a' } = {},
): UsageSample[] {
  return Array.from({ length: count }, (_, i) => {
    const { cpu = Number.NaN, memory = Number.NaN } = usage(i)
    return sample(start + i * 300, cpu, memory, container, pod)
  })
}

/** What a learner decides, as the loop in a cluster asks it. */
export function decided(
  learner: Learner,
  of: Workload,
  goal: Goal,
  atSeconds: number,
  { cadence = '24h', author }: { cadence?: Cadence; author?: ReadonlyMap<string, ContainerResources> | undefined } = {},
): readonly ContainerRecommendation[] {
  return learner.decide(of, atSeconds, { prices: GOAL_PRICES[goal], cadence, author }).containers
}

/** Cores or bytes of a quantity. */
export function value(quantity: string | undefined): number {
  const nanos = parseQuantity(quantity)
  if (nanos === undefined) throw new Error(`not a quantity: ${quantity}`)
  return toNumber(nanos)
}

/** The four values of a recommendation, in cores and bytes. */
export function values({ cpu, memory }: ContainerRecommendation) {
  return {
    cpuRequest: value(cpu?.request),
    cpuLimit: value(cpu?.limit),
    memoryRequest: value(memory?.request),
    memoryLimit: value(memory?.limit),
  }
}

const magnitude = (low: number, high: number) =>
  fc.double({ min: Math.log(low), max: Math.log(high), noNaN: true }).map(Math.exp)

/** What real containers use: 0.1m to 100 cores, 100Ki to 500Gi. */
export const cpuCores = magnitude(1e-4, 100)
export const memoryBytes = magnitude(1e5, 5e11)

/** Samples of three weeks in any order of time, with enough history for a recommendation. */
export const history: fc.Arbitrary<UsageSample[]> = fc
  .array(fc.record({ at: fc.integer({ min: 0, max: 21 * 24 * 12 }), cpuCores, memoryBytes }), {
    minLength: 30,
    maxLength: 200,
  })
  .map((points) => [
    sample(START, 0.1, MIB),
    ...points.map((p) => sample(START + p.at * 300, p.cpuCores, p.memoryBytes)),
    sample(START + 21 * DAY, 0.1, MIB),
  ])
