import { type Pod, readContainers, readOverhead } from '../policy/index.ts'
import { type Nanos, type ResourceName, readable } from '../resources/index.ts'
import type { AdmissionConstraints } from './admission-constraints.ts'
import { podTotal } from './pod-total.ts'
import { type Amounts, charges, mayCount, QUOTA_KEYS, type QuotaKey } from './quota.ts'

/** Constraints on a running Pod: quotas already count what it has, and a resize changes only this Pod. */
export function constraintsOnRunning(constraints: AdmissionConstraints, pod: Pod): AdmissionConstraints {
  if (constraints.quotas.length === 0) return constraints
  const charged = chargesOfPod(pod)
  const quotas = constraints.quotas.map((quota) =>
    mayCount(quota, pod) ? { ...quota, left: plus(quota.left, charged) } : quota,
  )
  return { ...constraints, quotas, concurrentPods: 1n }
}

function chargesOfPod(pod: Pod): Amounts {
  const slots = readContainers(pod)
  const total = (resource: ResourceName) =>
    podTotal(slots.map(({ kind, carried }) => ({ kind, ...readable(carried[resource]) })))
  return charges({ cpu: total('cpu'), memory: total('memory') }, readOverhead(pod))
}

function plus(left: Amounts, charged: Amounts): Amounts {
  const sum: Partial<Record<QuotaKey, Nanos>> = {}
  for (const key of QUOTA_KEYS) if (left[key] !== undefined) sum[key] = left[key] + (charged[key] ?? 0n)
  return sum
}
