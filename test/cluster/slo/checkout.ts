// The service that the tests of sizing size, and the SLO that it has to keep.
import { API_VERSION } from '../../../src/api/index.ts'
import type { Workload } from '../../../src/workloads/index.ts'
import type { LatencyObjective } from './objective.ts'
import { serviceManifests } from './service.ts'

export const CHECKOUT: Workload = { namespace: 'shop', kind: 'Deployment', name: 'checkout' }
export const PER_SECOND = 100
const CPU_MILLISECONDS = 2.4
/** What the service uses by its own account: CPU_MILLISECONDS, and what HTTP costs. */
export const USED_CORES = 0.3
/** p95 below 25 ms. */
export const OBJECTIVE: LatencyObjective = { edgeSeconds: 0.025, badShare: 0.05 }
const SLO = {
  name: 'checkout',
  latency: { percentile: 95, below: '25ms' },
  from: { preset: { name: 'http' } },
}

/** As often as the learner decides, and no small change is left out. */
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

/** The request is sized, and the limit follows. */
export function policy(options: { readonly hasSlo: boolean }): object {
  const metadata = { name: 'checkout', namespace: CHECKOUT.namespace }
  const slos = options.hasSlo ? [SLO] : []
  return { apiVersion: API_VERSION, kind: 'SizingPolicy', metadata, spec: { limits: { cpu: 'ratio' }, slos } }
}
