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
import { identifyWorkload, type OwnerReference, workloadKey } from '../workloads/index.ts'
import { applyInPlace } from './apply.ts'
import { buildPatch } from './patch.ts'
import { type AdmissionRequest, type Admit, patched } from './review.ts'

/** A Pod of an AdmissionReview: the part a decision reads, and the part that says what it belongs to. */
type ReviewedPod = Pod & {
  readonly metadata?: {
    readonly name?: string
    readonly namespace?: string
    readonly ownerReferences?: readonly OwnerReference[]
  } | null
}

export interface AdmissionDependencies {
  readonly snapshot: Pick<Snapshot, 'lookup'>
  /** Asked anew for every Pod, so that a change takes effect at once. */
  readonly policy: (namespace: string, labels: Labels) => Policy
  /** LimitRanges and quotas of a namespace, as last seen; without, there are none. */
  readonly surroundings?: (namespace: string) => AdmissionConstraints
}

/**
 * The whole path of a request: find the workload, look it up in memory, decide, patch. Nothing here waits, reads or
 * writes. Whatever throws is answered by the server with an allowed, untouched Pod.
 */
export function createAdmit(dependencies: AdmissionDependencies): Admit {
  const { snapshot, policy, surroundings = () => NO_CONSTRAINTS } = dependencies
  return (request) => {
    const pod = request.object as ReviewedPod
    const namespace = request.namespace || pod.metadata?.namespace || 'default'
    const { metadata } = pod
    const workload = identifyWorkload({
      namespace,
      labels: metadata?.labels,
      ownerReferences: metadata?.ownerReferences,
    })
    const decision = decidePod({
      ...{ pod, workload, constraints: surroundings(namespace), policy: policy(namespace, metadata?.labels ?? {}) },
      applied: (of) => snapshot.lookup(of, drawFor(request, pod)),
    })
    const operations = buildPatch(pod, decision)
    // The review's own Pod is not needed any more: what does not apply to it must not be sent.
    applyInPlace(pod, operations)
    const auditAnnotations = { ...(workload && { workload: workloadKey(workload) }), ...revisionOf(decision) }
    return patched(request, operations, { reasons: reasonsOf(decision), auditAnnotations })
  }
}

/** A Pod that was decided on before keeps what it drew: the next review of it has another uid. */
export function drawFor({ uid }: Pick<AdmissionRequest, 'uid'>, { metadata }: ReviewedPod): Draw {
  return ({ revision, percent }) => {
    const carried = parseRecord(metadata?.annotations?.[DECISION_ANNOTATION])
    if (carried) return carried.revision === revision
    const owners: unknown = metadata?.ownerReferences
    const isNamed = Array.isArray(owners) && owners.some((owner) => owner?.kind === 'StatefulSet' && owner.controller)
    return drawsCanary((isNamed && metadata!.name) || uid, revision, percent)
  }
}

/** The Pod's codes first, then those of its containers, each once. */
function reasonsOf({ reasons, containers }: Decision): ReasonCode[] {
  return [...new Set([...reasons, ...containers.flatMap(({ resources }) => resources.flatMap((r) => r.reasons))])]
}

function revisionOf({ record }: Decision): { revision?: string } {
  return record ? { revision: String(record.revision) } : {}
}
