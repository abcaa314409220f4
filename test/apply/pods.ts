import type { PodPlanInput } from '../../src/apply/step.ts'
import type { Target } from '../../src/apply/target.ts'
import type { ApiPod } from '../../src/fleet/index.ts'
import { DEFAULT_POLICY } from '../../src/policy/index.ts'
import { readApplied } from '../../src/recommendations/index.ts'
import { NO_CONSTRAINTS } from '../../src/sizing/index.ts'

export const WORKLOAD = { namespace: 'shop', kind: 'StatefulSet', name: 'web' }
export const NOW = new Date('2026-03-01T10:00:30Z')
export const GIB = 2n ** 30n * 1_000_000_000n

export type Amounts = Readonly<Record<string, string>>

/** A running Pod with one container `app`, as its author wrote it. */
export function runningPod(
  requests: Amounts = { cpu: '1500m', memory: '1Gi' },
  limits: Amounts = {},
  more: { readonly container?: object; readonly pod?: Partial<ApiPod> } = {},
): ApiPod {
  const resources = { requests, ...(Object.keys(limits).length > 0 && { limits }) }
  return {
    metadata: {
      ...{ uid: 'uid-web-0', name: 'web-0', namespace: 'shop', creationTimestamp: '2026-02-01T00:00:00Z' },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web', controller: true }],
    },
    spec: { nodeName: 'node-1', containers: [{ name: 'app', image: 'web:1', resources, ...more.container }] },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
    ...more.pod,
  }
}

/** A revision for the container `app`. */
export function revision(
  number: number,
  cpu: { request: string; limit?: string } | undefined,
  memory?: { request: string; limit?: string },
): Target {
  const containers = [{ name: 'app', ...(cpu && { cpu }), ...(memory && { memory }) }]
  return { of: 'revision', revision: number, values: readApplied({ revision: number, containers }) }
}

export function planInput(pod: ApiPod, target: Target, more: Partial<PodPlanInput> = {}): PodPlanInput {
  return {
    ...{ pod, target, workload: WORKLOAD, policy: DEFAULT_POLICY, constraints: NO_CONSTRAINTS, now: NOW },
    peakMemory: () => 50n * 2n ** 20n * 1_000_000_000n,
    withdrawAfterMilliseconds: 15 * 60_000,
    ...more,
  }
}
