import {
  API_VERSION,
  type Recommendation,
  type RecommendationStatus,
  type Revision,
  type RunningStatus,
} from '../api/index.ts'
import type { RunningState } from '../apply/index.ts'
import { DECISION_ANNOTATION, explainReason, knownReasons, parseRecord, readGoal } from '../policy/index.ts'
import { NOT_APPLIED, Snapshot } from '../recommendations/index.ts'
import {
  type Applied,
  decidePod,
  type Explanation,
  explainDecision,
  heapFollowers,
  withLimitDefaults,
} from '../sizing/index.ts'
import { drawFor } from '../webhook/index.ts'
import { type Workload, workloadKey } from '../workloads/index.ts'
import type { DecisionInputs } from './decision-inputs.ts'
import { onNodeNotes, statusOnNode } from './on-node.ts'
import { sloNotes } from './slo-notes.ts'
import { startupNotes } from './startup-notes.ts'
import type { Subject } from './subject.ts'
import { type PendingRules, whyPending } from './why-pending.ts'

/** Explanation of one Pod, for people and for machines. */
export interface Report extends Explanation {
  readonly what: string
  readonly workload: string | undefined
  readonly mode: string | undefined
  readonly state: string | undefined
  readonly goal: string
  /** Whether the Pod exists: then `outcome` is what a new Pod would get, and `carried` what this one has. */
  readonly isLive: boolean
  /** Revision that the decision was made with; undefined if there was none. */
  readonly revision: number | undefined
  readonly notes: readonly string[]
  /** What running Pods have, should have, and wait for; missing without a cluster. */
  readonly running?: readonly RunningState[]
  /** Messages about what could not be read and was left out. */
  readonly unread: readonly string[]
}

/** Decides again as the webhook did or would, and explains the decision. */
export function explainPod(
  subject: Subject,
  { status: everywhere, nodeClasses = [], ...inputs }: DecisionInputs,
): Report {
  const { mode, effective, approval, constraints, limitDefaults, autoscalers, notes, unread } = inputs
  const { workload } = subject
  const status = everywhere && statusOnNode(everywhere, nodeClasses)
  const pod = subject.isCreated ? subject.pod : withLimitDefaults(subject.pod, limitDefaults)
  const annotations = pod.metadata?.annotations ?? {}
  const carried = parseRecord(annotations[DECISION_ANNOTATION])?.revision
  const known = carried === undefined ? undefined : revisionsOf(status).find(({ revision }) => revision === carried)
  // Where nothing is injected, the webhook is not even called.
  const isInjected = mode === 'auto' || mode === 'approve'
  const applied = isInjected ? (known ?? (workload && chosen({ ...subject, pod }, workload, status))) : undefined
  const decision = decidePod({
    ...{ pod, workload, policy: effective.policy, constraints },
    applied: (of) => status && (applied ? valuesOf(of, applied, status) : 'not-applied'),
  })
  const explanation = explainDecision(decision, {
    pod,
    status,
    applied,
    policy: effective.policy,
    autoscalers,
    annotations,
  })
  return {
    what: subject.what,
    workload: workload && workloadKey(workload),
    mode,
    state: status?.state,
    goal: readGoal(annotations) ?? effective.goal,
    isLive: subject.isLive,
    revision: applied?.revision,
    ...explanation,
    notes: [
      ...unpatchedNote(subject, annotations),
      ...(everywhere ? onNodeNotes(everywhere, nodeClasses) : []),
      ...notesOn(
        status,
        carried,
        known,
        mode,
        { approval, limits: effective.policy.limits, heapFollowers: heapFollowers(pod) },
        explanation,
      ),
      ...notes,
    ],
    unread,
  }
}

function unpatchedNote({ isLive }: Subject, annotations: Readonly<Record<string, unknown>>): readonly string[] {
  if (!isLive || annotations[DECISION_ANNOTATION] !== undefined) return []
  return ['this Pod has no values from Plimsoll: it was created earlier, or left alone']
}

/** All revisions whose values are still stored. */
function revisionsOf(status: RecommendationStatus | undefined): readonly Revision[] {
  const { applied, canary, lastGood, learned } = status ?? {}
  return [applied, canary?.revision, lastGood, learned].filter((revision) => revision !== undefined)
}

/** The revision that a new Pod gets; undefined if there is none. */
function chosen(
  { uid = '', pod }: Subject,
  workload: Workload,
  status: RecommendationStatus | undefined,
): Revision | undefined {
  const found = snapshotOf(workload, status ?? {}).lookup(workload, uid === '' ? undefined : drawFor({ uid }, pod))
  if (found === undefined || found === NOT_APPLIED) return undefined
  return found.isCanary ? status?.canary?.revision : status?.applied
}

/** The values of a revision, read as the webhook reads them. */
function valuesOf(workload: Workload, revision: Revision, { canary, startup }: RecommendationStatus): Applied {
  const values = snapshotOf(workload, { applied: revision, startup }).lookup(workload)
  const isCanary = canary?.revision.revision === revision.revision
  return typeof values === 'object' && isCanary ? { ...values, isCanary: true } : values
}

function snapshotOf(workload: Workload, status: RecommendationStatus): Snapshot {
  const { namespace, kind, name } = workload
  const snapshot = new Snapshot()
  const object = {
    apiVersion: API_VERSION,
    kind: 'Recommendation',
    metadata: { namespace, name },
    spec: { workload: { kind, name } },
    status,
  }
  snapshot.put(object as Recommendation)
  return snapshot
}

function notesOn(
  status: RecommendationStatus | undefined,
  carried: number | undefined,
  known: Revision | undefined,
  mode: string | undefined,
  rules: PendingRules,
  { containers }: Explanation,
): string[] {
  const { applied, canary, rollback, waiting, rejected } = status ?? {}
  const notes: string[] = []
  if (mode === undefined)
    notes.push('the namespace has no label plimsoll.dev/mode: nothing is learned or injected there')
  if (mode === 'observe') notes.push('the namespace is only observed: nothing is injected')
  if (carried !== undefined && !known)
    notes.push(`the Pod has revision ${carried}, which is no longer stored: the values below are those of a new Pod`)
  else if (carried !== undefined && applied && applied.revision !== carried)
    notes.push(`the Pod has revision ${carried}; new Pods get revision ${applied.revision}`)
  if (canary) notes.push(`revision ${canary.revision.revision} is a canary: ${canary.percent} % of the new Pods get it`)
  if (status) notes.push(...whyPending(status, mode, rules, containers))
  if (waiting)
    notes.push(
      waiting.because === 'Young' || waiting.because === 'SloBurning' || waiting.because === 'SloMissing'
        ? `not all learned values are applied yet: ${waiting.message}`
        : `changes are paused: ${waiting.message}`,
    )
  if (status?.running) notes.push(...runningNotes(status.running))
  if (status?.slos) notes.push(...sloNotes(status.slos))
  if (status?.startup) notes.push(...startupNotes(status.startup))
  if (rejected)
    notes.push(`revision ${rejected.revision} was rejected: it is not proposed again until something else is learned`)
  if (rollback)
    notes.push(
      `revision ${rollback.revision} was rolled back on ${rollback.time}: ${rollback.message}; no other revision is tried before ${rollback.until}`,
    )
  return notes
}

/** Why running Pods do not have the applied revision. */
function runningNotes({ waiting = [], refused = [] }: RunningStatus): string[] {
  const says = (reason: string, message: string | undefined) => {
    const [known] = knownReasons([reason])
    return [known ? explainReason(known) : reason, ...(message ? [message] : [])].join(': ')
  }
  return [
    ...waiting.map(({ reason, message }) => `not all running Pods have the applied revision: ${says(reason, message)}`),
    ...refused.map(
      ({ node, revision, reason, message }) =>
        `revision ${revision} cannot be applied to Pods on node ${node}: ${says(reason, message)}`,
    ),
  ]
}
