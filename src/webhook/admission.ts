import {
  type Decision,
  decide,
  type Labels,
  type Pod,
  type Policy,
  type ReasonCode,
  reasonToSkip,
  skipped,
} from '../policy/index.ts'
import { NOT_APPLIED, type Snapshot } from '../recommendations/index.ts'
import { identifyWorkload, type OwnerReference, type Workload, workloadKey } from '../workloads/index.ts'
import { applyInPlace, buildPatch } from './patch.ts'
import { type Admit, allowed, patched } from './review.ts'

/** A Pod of an AdmissionReview: the part a decision reads, and the part that says what it belongs to. */
type ReviewedPod = Pod & {
  readonly metadata?: { readonly namespace?: string; readonly ownerReferences?: readonly OwnerReference[] } | null
}

export interface AdmissionDependencies {
  readonly snapshot: Pick<Snapshot, 'lookup'>
  /** Asked anew for every Pod, so that a change takes effect at once. */
  readonly policy: (namespace: string, labels: Labels) => Policy
}

/**
 * The whole path of a request: find the workload, look it up in memory, decide, patch. Nothing here waits, reads or
 * writes. Whatever throws is answered by the server with an allowed, untouched Pod.
 */
export function createAdmit({ snapshot, policy }: AdmissionDependencies): Admit {
  return (request) => {
    const pod = request.object as ReviewedPod
    const namespace = request.namespace || pod.metadata?.namespace || 'default'
    const { metadata } = pod
    const workload = identifyWorkload({
      namespace,
      labels: metadata?.labels,
      ownerReferences: metadata?.ownerReferences,
    })
    const decision = decideFor(pod, workload, snapshot, policy(namespace, metadata?.labels ?? {}))
    const operations = buildPatch(pod, decision)
    // The review's own Pod is not needed any more: what does not apply to it must not be sent.
    applyInPlace(pod, operations)
    const auditAnnotations = { ...(workload && { workload: workloadKey(workload) }), ...revisionOf(decision) }
    const remarks = { reasons: reasonsOf(decision), auditAnnotations }
    return operations.length > 0 ? patched(request, operations, remarks) : allowed(request, remarks)
  }
}

function decideFor(
  pod: Pod,
  workload: Workload | undefined,
  snapshot: Pick<Snapshot, 'lookup'>,
  policy: Policy,
): Decision {
  const skip = reasonToSkip(pod)
  if (skip) return skipped(skip)
  if (!workload) return skipped('NoWorkload')
  const applied = snapshot.lookup(workload)
  if (applied === undefined) return skipped('NoRecommendation')
  if (applied === NOT_APPLIED) return skipped('NotApplied')
  return decide(pod, applied, policy)
}

/** The Pod's codes first, then those of its containers, each once. */
function reasonsOf({ reasons, containers }: Decision): ReasonCode[] {
  return [...new Set([...reasons, ...containers.flatMap(({ resources }) => resources.flatMap((r) => r.reasons))])]
}

function revisionOf({ record }: Decision): { revision?: string } {
  return record ? { revision: String(record.revision) } : {}
}
