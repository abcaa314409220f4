// The service of the sizing test, its SLO and the settings.
import { API_VERSION } from '../../../src/api/index.ts'
import type { Workload } from '../../../src/workloads/index.ts'
import type { LatencyObjective } from './objective.ts'
import { serviceManifests } from './service.ts'

export const CHECKOUT: Workload = { namespace: 'shop', kind: 'Deployment', name: 'checkout' }
export const PER_SECOND = 100
const CPU_MILLISECONDS = 2.4
/** CPU usage in the past. Today's is a little higher, so that the goal alone requests too little on fast and on slow machines. */
export const USED_CORES = 0.28
/** p95 below 25 ms. */
export const OBJECTIVE: LatencyObjective = { edgeSeconds: 0.025, badShare: 0.05 }
const SLO = {
  name: 'checkout',
  latency: { percentile: 95, below: '25ms' },
  from: { preset: { name: 'http' } },
}

/** Changes are as frequent as decisions, and small changes are made. */
export const SETTINGS = {
  changes: { every: '5s', lowerEvery: '5s' },
  minimumChange: { share: 0.02, cpu: '1m' },
  approval: { confidence: { low: 0, medium: 0, high: 0 }, minimumDays: 0 },
  apply: { running: 'inPlace', betweenBatches: '1s', raiseShare: 1 },
}

export function serviceOf(
  workload: Workload,
  cpu: { readonly request: string; readonly limit: string },
): readonly object[] {
  const resources = { requests: { cpu: cpu.request, memory: '64Mi' }, limits: { cpu: cpu.limit, memory: '128Mi' } }
  return serviceManifests({ workload, cpuMilliseconds: CPU_MILLISECONDS, resources })
}

/** The limit keeps its ratio to the request. */
export function policy(options: { readonly hasSlo: boolean }): object {
  const metadata = { name: 'checkout', namespace: CHECKOUT.namespace }
  const slos = options.hasSlo ? [SLO] : []
  return { apiVersion: API_VERSION, kind: 'SizingPolicy', metadata, spec: { limits: { cpu: 'ratio' }, slos } }
}
