import {
  DECISION_ANNOTATION,
  type Labels,
  type Pod,
  type Policy,
  parseRecord,
  type ReasonCode,
} from '../policy/index.ts'
import type { Draw, Snapshot } from '../recommendations/index.ts'
import { type AdmissionConstraints, type Decision, decidePod, drawsCanary, NO_CONSTRAINTS } from '../sizing/index.ts'
import { identifyWorkload, type OwnerReference, type RunRule, workloadKey } from '../workloads/index.ts'
import { applyInPlace } from './apply.ts'
import { buildPatch } from './patch.ts'
import { type AdmissionRequest, type Admit, patched } from './review.ts'

/** A Pod in an AdmissionReview: the fields that a decision reads, and those that identify its workload. */
type ReviewedPod = Pod & {
  readonly metadata?: {
    readonly name?: string
    readonly namespace?: string
    readonly ownerReferences?: readonly OwnerReference[]
  } | null
}

export interface AdmissionDependencies {
  readonly snapshot: Pick<Snapshot, 'lookup'>
  /** Returns the policy for a Pod. It is called for every Pod, so that a change takes effect immediately. */
  readonly policy: (namespace: string, labels: Labels) => Policy
  /** LimitRanges and quotas of a namespace, as last seen; if undefined, there are none. */
  readonly surroundings?: (namespace: string) => AdmissionConstraints
  /** How to recognize what repeats from run to run; by default without settings. */
  readonly rules?: readonly RunRule[]
}

/**
 * Creates the function that answers a review: it finds the workload, looks it up in memory, decides and builds the patch. It never
 * waits, and does no I/O. If it throws, the server allows the Pod unchanged.
 */
export function createAdmit(dependencies: AdmissionDependencies): Admit {
  const { snapshot, policy, surroundings = () => NO_CONSTRAINTS, rules } = dependencies
  return (request) => {
    const pod = request.object as ReviewedPod
    const namespace = request.namespace || pod.metadata?.namespace || 'default'
    const { metadata } = pod
    const workload = identifyWorkload({ ...metadata, namespace }, rules)
    const decision = decidePod({
      ...{ pod, workload, constraints: surroundings(namespace), policy: policy(namespace, metadata?.labels ?? {}) },
      applied: (of) => snapshot.lookup(of, drawFor(request, pod)),
    })
    const operations = buildPatch(pod, decision)
    // The review's Pod is no longer needed, so the patch is tried on it: one that does not apply must not be sent.
    applyInPlace(pod, operations)
    const auditAnnotations = { ...(workload && { workload: workloadKey(workload) }), ...revisionOf(decision) }
    return patched(request, operations, { reasons: reasonsOf(decision), auditAnnotations })
  }
}

/**
 * Decides whether a Pod gets a canary. A Pod that already carries a decision keeps what it drew, because its next review has
 * another uid.
 */
export function drawFor({ uid }: Pick<AdmissionRequest, 'uid'>, { metadata }: ReviewedPod): Draw {
  return ({ revision, percent }) => {
    const carried = parseRecord(metadata?.annotations?.[DECISION_ANNOTATION])
    if (carried) return carried.revision === revision
    const owners: unknown = metadata?.ownerReferences
    const isNamed = Array.isArray(owners) && owners.some((owner) => owner?.kind === 'StatefulSet' && owner.controller)
    return drawsCanary((isNamed && metadata!.name) || uid, revision, percent)
  }
}

/** Reason codes of the Pod, then those of its containers, each once. */
function reasonsOf({ reasons, containers }: Decision): ReasonCode[] {
  return [...new Set([...reasons, ...containers.flatMap(({ resources }) => resources.flatMap((r) => r.reasons))])]
}

function revisionOf({ record }: Decision): { revision?: string } {
  return record ? { revision: String(record.revision) } : {}
}
