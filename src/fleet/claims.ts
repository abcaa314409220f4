import type { FleetPod } from './pod.ts'

/** Labels that controllers add to a Pod, and that may differ between the Pods of one template. */
const ADDED_LABELS: ReadonlySet<string> = new Set([
  'apps.kubernetes.io/pod-index',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-completion-index',
  'batch.kubernetes.io/job-name',
  'controller-revision-hash',
  'controller-uid',
  'job-name',
  'pod-template-generation',
  'pod-template-hash',
  'rollouts-pod-template-hash',
  'statefulset.kubernetes.io/pod-name',
])

type Claimant = Pick<FleetPod, 'author' | 'criticality' | 'goal' | 'images' | 'labels' | 'priorityClass'>

/**
 * What a Pod says about its whole workload: the author's values, images, goal, criticality, and labels that select policies. Each claim
 * is one entry, so that two Pods, or a Pod and a template, can be compared.
 */
export function claimsOf({
  author,
  criticality,
  goal,
  images,
  labels,
  priorityClass,
}: Claimant): ReadonlyMap<string, string> {
  const claims = new Map<string, string>()
  for (const [name, value] of Object.entries({ criticality, goal, priorityClass }))
    if (value !== undefined) claims.set(name, value)
  for (const [container, image] of images) claims.set(`image/${container}`, image)
  for (const [label, value] of Object.entries(labels)) if (!ADDED_LABELS.has(label)) claims.set(`label/${label}`, value)
  for (const [container, resources] of author) {
    for (const [resource, allotment] of Object.entries(resources)) {
      if (allotment === 'invalid') claims.set(`${resource}/${container}`, allotment)
      else if (allotment.request !== undefined || allotment.limit !== undefined)
        claims.set(`${resource}/${container}`, `${allotment.request} ${allotment.limit}`)
    }
  }
  return claims
}

/** Number of claims in which two sets differ. */
export function differences(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): number {
  let count = 0
  for (const [claim, value] of one) if (other.get(claim) !== value) count++
  for (const claim of other.keys()) if (!one.has(claim)) count++
  return count
}
