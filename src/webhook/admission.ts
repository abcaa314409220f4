import {
  DECISION_ANNOTATION,
  type Labels,
  nodeNameOf,
  type Pod,
  type Policy,
  parseRecord,
  type ReasonCode,
  readDecisionInput,
} from '../policy/index.ts'
import type { AppliedRecommendation, Draw, Lookup, Snapshot } from '../recommendations/index.ts'
import { type AdmissionConstraints, type Decision, decidePod, drawsCanary, NO_CONSTRAINTS } from '../sizing/index.ts'
import { identifyWorkload, type OwnerReference, type RunRule, type Workload, workloadKey } from '../workloads/index.ts'
import { AnswerCache, type KnownAnswers } from './answer-cache.ts'
import { assertApplies } from './apply.ts'
import { buildPatch } from './patch.ts'
import { type AdmissionRequest, type AdmissionResponse, type Admit, patched, readdressed } from './review.ts'

/** A Pod in an AdmissionReview: the fields that a decision reads, and those that identify its workload. */
type ReviewedPod = Pod & {
  readonly metadata?: {
    readonly name?: string
    readonly namespace?: string
    readonly ownerReferences?: readonly OwnerReference[]
  } | null
}

type Metadata = NonNullable<ReviewedPod['metadata']>

const NO_METADATA: Metadata = {}

export interface AdmissionDependencies {
  readonly snapshot: Pick<Snapshot, 'lookup'>
  /**
   * Returns the policy for a Pod. It is called for every Pod, so that a change takes effect immediately. The same object means that
   * nothing has changed.
   */
  readonly policy: (namespace: string, labels: Labels) => Policy
  /** LimitRanges and quotas of a namespace, as last seen; undefined if there are none. The same objects mean that nothing has changed. */
  readonly constraints?: (namespace: string) => AdmissionConstraints
  /** Classes of a node, by its name; none if it is not known. By default, no node is. */
  readonly classesOf?: (node: string | undefined) => readonly string[]
  /** How to recognize what repeats from run to run; by default without settings. */
  readonly rules?: readonly RunRule[]
  /** Cached answers; null to decide on every Pod separately. */
  readonly known?: KnownAnswers | null
}

/**
 * Creates the function that answers a review: it finds the workload, looks it up in memory, decides and builds the patch. It never
 * waits, and does no I/O. If it throws, the server allows the Pod unchanged.
 */
export function createAdmit(dependencies: AdmissionDependencies): Admit {
  const { snapshot, policy, constraints = () => NO_CONSTRAINTS, rules, known = new AnswerCache() } = dependencies
  const { classesOf = () => [] } = dependencies
  return (request) => {
    const pod = request.object as ReviewedPod
    const metadata = pod.metadata ?? NO_METADATA
    const namespace = request.namespace || metadata.namespace || 'default'
    const { name, labels, annotations, ownerReferences } = metadata
    const workload = identifyWorkload({ namespace, name, labels, annotations, ownerReferences }, rules)
    const asked = { workload, constraints: constraints(namespace), policy: policy(namespace, labels ?? {}) }
    const classes = workload?.kind === 'DaemonSet' ? classesOf(nodeNameOf(pod)) : undefined
    const applied = workload && snapshot.lookup(workload, drawFor(request, pod), classes)
    const input = known && typeof applied === 'object' ? readDecisionInput(pod) : undefined
    if (!known || !workload || typeof applied !== 'object' || !input)
      return answerTo(request, { ...asked, pod, applied })

    const place = placeOf(workload, applied, metadata)
    const question = { ...asked, input, applied }
    const answer = known.find(place, question)
    if (answer) return readdressed(answer, request)
    // Decide from the same input that the cache compares, so that nothing else can influence the answer.
    const first = answerTo(request, { ...asked, pod: input, applied })
    known.keep(place, question, first)
    return first
  }
}

type Asked = Omit<Parameters<typeof decidePod>[0], 'applied'> & { readonly applied: Lookup }

function answerTo(request: AdmissionRequest, { applied, ...question }: Asked): AdmissionResponse {
  const { workload, pod } = question
  const decision = decidePod({ ...question, applied: () => applied })
  const operations = buildPatch(pod, decision)
  // A patch that does not apply would block the Pod.
  assertApplies(request.object as object, operations)
  const auditAnnotations = { ...(workload && { workload: workloadKey(workload) }), ...revisionOf(decision) }
  return patched(request, operations, { reasons: reasonsOf(decision), auditAnnotations })
}

/** Labels by which controllers distinguish the Pods of different templates. */
const TEMPLATE_LABELS = ['pod-template-hash', 'rollouts-pod-template-hash', 'controller-revision-hash'] as const

/**
 * Where the answer for a template of a workload is kept. A canary has a separate place, and so have Pods on nodes of each class, and Pods
 * that carry a record: the API server may ask about a Pod twice, before and after it was patched.
 */
function placeOf(
  workload: Workload,
  { isCanary, onNodes = '' }: AppliedRecommendation,
  { labels, annotations }: Metadata,
): string {
  const template = TEMPLATE_LABELS.map((label) => labels?.[label]).find((hash) => typeof hash === 'string') ?? ''
  const isCarried = annotations?.[DECISION_ANNOTATION] !== undefined
  return `${workloadKey(workload)}/${isCanary ? 'canary' : ''}/${isCarried ? 'carried' : ''}/${template}/${onNodes}`
}

/**
 * How a Pod draws whether it gets the canary. A Pod that already carries a decision keeps its draw, because its next review has another
 * uid.
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
