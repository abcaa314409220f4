import type { ContainerRecommendation } from '../../src/api/index.ts'
import { DEFAULT_PRICES } from '../../src/config/index.ts'
import { UsageColumns } from '../../src/history/index.ts'
import {
  type ContainerFacts,
  type FleetFacts,
  fleetInsight,
  type WorkloadFacts,
  type WorkloadInsight,
} from '../../src/insight/index.ts'

export const MIB = 2 ** 20
export const GIB = 2 ** 30
export const DAY = 86_400
export const NOW_SECONDS = Date.parse('2026-03-31T00:00:00Z') / 1000
export const WEB = { namespace: 'shop', kind: 'Deployment', name: 'web' } as const
const STEP_SECONDS = 3600

/** Asks for a core and a GiB, and is limited to two of each. */
export const ASKED = { cpu: { request: 1, limit: 2 }, memory: { request: GIB, limit: 2 * GIB } }

/** 14 days of usage, a sample an hour: each value as often as stated. */
export function usage(values: readonly (readonly [share: number, cores: number, bytes: number])[]): UsageColumns {
  const columns = new UsageColumns({ workload: WEB, container: 'app' })
  const count = (14 * DAY) / STEP_SECONDS
  let i = 0
  for (const [share, cpuCores, memoryBytes] of values) {
    for (let left = Math.round(share * count); left > 0; left--, i++) {
      const timestampSeconds = NOW_SECONDS - 14 * DAY + (i + 1) * STEP_SECONDS
      columns.add({ container: columns.container, pod: 'web-0', timestampSeconds, cpuCores, memoryBytes })
    }
  }
  return columns
}

/** What the learner says of container `app`. */
export function learned(
  cpu: string,
  memory: string,
  more: Partial<ContainerRecommendation> = {},
): ContainerRecommendation {
  return { name: 'app', cpu: { request: cpu }, memory: { request: memory, limit: memory }, ...more }
}

export function insightOf(
  workload: Partial<WorkloadFacts>,
  more: Partial<FleetFacts> = {},
): { readonly workload: WorkloadInsight; readonly fleet: ReturnType<typeof fleetInsight> } {
  const fleet = fleetInsight({
    timeSeconds: NOW_SECONDS,
    sources: [],
    window: {
      from: new Date((NOW_SECONDS - 14 * DAY) * 1000).toISOString(),
      to: new Date(NOW_SECONDS * 1000).toISOString(),
      stepSeconds: STEP_SECONDS,
    },
    goal: 'balanced',
    prices: DEFAULT_PRICES,
    notes: [],
    workloads: [{ workload: WEB, pods: 2, containers: [], ...workload }],
    ...more,
  })
  return { workload: fleet.workloads[0]!, fleet }
}

/** The insight of a workload with one container. */
export function ofContainer(facts: Partial<ContainerFacts>, workload: Partial<WorkloadFacts> = {}): WorkloadInsight {
  const container = { name: 'app', author: ASKED, now: ASKED, ...facts }
  return insightOf({ containers: [container], ...workload }).workload
}
