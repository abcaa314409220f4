import type { ApiPod } from '../fleet/index.ts'
import {
  DECISION_ANNOTATION,
  type DecisionRecord,
  type PodSlot,
  parseRecord,
  type ReasonCode,
  readContainers,
} from '../policy/index.ts'
import { formatQuantity, GRAIN, isObject, type Nanos } from '../resources/index.ts'
import { authorsResources } from '../sizing/index.ts'
import { annotationOf, type Intent, intending, intendsSame, relabelled, settled, withoutIntent } from './intent.ts'
import { isAt, settledValues } from './pod-values.ts'
import { raisesOf } from './raises.ts'
import { bodyOf, type ResizeBody } from './resize-body.ts'
import { type ResizeProgress, resizeProgress } from './resize-progress.ts'
import { keepsLimit, restartedBy, withRestarts } from './restart/by-resize.ts'
import { isRaiseMissed, missesAfter } from './restart/missed-raise.ts'
import { isBack, NO_REVISION, revisionOf, type Target } from './target.ts'
import { type Change, changesOf, type WantedInput, wantedOf } from './wanted.ts'

export interface PodPlanInput extends Pick<WantedInput, 'workload' | 'policy' | 'constraints' | 'peakMemory'> {
  /** The Pod as the API server has it now. */
  readonly pod: ApiPod
  readonly target: Target
  /** Why this target must not be tried on this Pod again before something changes; undefined if it may. */
  readonly refused?: ReasonCode | undefined
  readonly withdrawAfterMilliseconds: number
  /** Whether a resize may restart containers, as their `resizePolicy` asks. */
  readonly mayRestart?: boolean | undefined
  readonly now: Date
}

/** The next step for one running Pod. It depends only on what the API server has, so any process can continue. */
export type PodStep =
  /** The Pod has what it should have. */
  | { readonly do: 'nothing' }
  /** The Pod stays as it is; the reason says why. */
  | { readonly do: 'leave'; readonly reason: ReasonCode }
  /** A resize is under way. */
  | { readonly do: 'wait'; readonly reason: ReasonCode; readonly message?: string | undefined }
  /** Write the record; nothing is resized. `null` removes the annotation. */
  | {
      readonly do: 'record'
      readonly annotation: string | null
      readonly outcome: 'settled' | 'dropped' | 'relabelled'
    }
  | Resize
  /** Take back a resize that the node does not carry out. */
  | {
      readonly do: 'withdraw'
      readonly body: ResizeBody
      readonly reason: ReasonCode
      readonly message?: string | undefined
    }

export interface Resize {
  readonly do: 'resize'
  /** Record to write first; undefined if the Pod has it already. */
  readonly annotation: string | undefined
  /** Record to write instead if the resize cannot be made. */
  readonly without: string | null
  readonly hasIntent: boolean
  readonly body: ResizeBody
  readonly changes: readonly Change[]
  readonly revision: number
  /** Amounts that the Pod requests more than before. */
  readonly raises: Readonly<Record<'cpu' | 'memory', Nanos>>
}

/** Plans the next step for a running Pod. Pure. */
export function planPod(input: PodPlanInput): PodStep {
  const { pod, target } = input
  const slots = readContainers(pod)
  const record = parseRecord(pod.metadata?.annotations?.[DECISION_ANNOTATION])
  const progress = resizeProgress(pod, slots)
  if (record?.intended && isAt('intended', slots, record)) {
    const goesBack = isBack(target, record.intended.revision)
    if (!goesBack) return underWay(input, slots, record, progress)
    // The Pod has what was intended: that is what it goes back from.
    return next(input, slots, settled(record), progress)
  }
  if (!isAt('settled', slots, record)) return leave('ChangedAfterPlimsoll')
  if (!record?.intended && progress.state !== 'Done')
    return { do: 'wait', reason: 'ResizeUnderWay', message: progress.message }
  return next(input, slots, record, progress)
}

/** The Pod's spec has what was intended; the kubelet may not have carried it out. */
function underWay(
  input: PodPlanInput,
  slots: readonly PodSlot[],
  record: DecisionRecord,
  progress: ResizeProgress,
): PodStep {
  const { withdrawAfterMilliseconds, now } = input
  const { state, message, since } = progress
  if (state === 'Done') return afterwards(input, slots, record, progress)
  const intendedAt = Date.parse(record.intended?.time ?? '')
  const from = Number.isNaN(since) ? intendedAt : since
  const isLong = !(now.getTime() - from < withdrawAfterMilliseconds)
  const reason = WAITS[state]
  if (state !== 'Infeasible' && !(isLong && state !== 'InProgress')) return { do: 'wait', reason, message }
  const back = changesOf(slots, settledValues(slots, record))
  if (back.length === 0) return { do: 'wait', reason, message }
  return { do: 'withdraw', body: bodyOf(back), reason, message }
}

const WAITS = {
  Deferred: 'ResizeDeferred',
  Infeasible: 'ResizeInfeasible',
  Error: 'ResizeFails',
  InProgress: 'ResizeUnderWay',
} as const satisfies Readonly<Record<Exclude<ResizeProgress['state'], 'Done'>, ReasonCode>>

/** Whatever may be intended has not reached the Pod's spec. */
function next(
  input: PodPlanInput,
  slots: readonly PodSlot[],
  record: DecisionRecord | undefined,
  { restarts }: ResizeProgress,
): PodStep {
  const { pod, workload, target, policy, constraints, peakMemory, refused, mayRestart, now } = input
  const drop = (reason: ReasonCode): PodStep =>
    record?.intended ? write(withoutIntent(record), 'dropped') : leave(reason)
  if (refused) return drop(refused)
  const carried = record && record.revision !== NO_REVISION ? record.revision : undefined
  const back = isBack(target, carried)
  const wanted = wantedOf({ pod, workload, slots, target, isBack: back, policy, constraints, peakMemory })
  if (typeof wanted === 'string') return drop(wanted)
  const revision = revisionOf(target)
  const changes = changesOf(slots, wanted.values)
  const intent: Intent = { revision, wanted, now, restarts }
  if (changes.length === 0) {
    const step = unchanged(slots, record, intent)
    return step.do === 'nothing' && keepsLimit(target, slots, wanted) ? leave('ValueNotRemoved') : step
  }
  const restarting = restartedBy(changes)
  if (restarting.size > 0 && !mayRestart) return drop('RestartNeeded')
  const expected = withRestarts(restarts, restarting)
  // What restarts gets its memory as it starts.
  const limits = raisedLimits(changes.filter(({ slot }) => !restarting.has(slot.name)))
  return resizing(slots, record, { ...intent, limits, restarts: expected }, changes) ?? drop('AnnotationsFull')
}

/** @returns undefined if the record would be too long */
function resizing(
  slots: readonly PodSlot[],
  record: DecisionRecord | undefined,
  intent: Intent,
  changes: readonly Change[],
): PodStep | undefined {
  const intended = intending(slots, record && withoutIntent(record), intent)
  const annotation = annotationOf(intended)
  if (typeof annotation !== 'string') return undefined
  return {
    do: 'resize',
    annotation: intendsSame(record, intended) ? undefined : annotation,
    without: record ? annotationOf(withoutIntent(record))! : null,
    hasIntent: record?.intended !== undefined,
    body: bodyOf(changes),
    changes,
    revision: intent.revision,
    raises: raisesOf(slots, intent.wanted.values),
  }
}

/** Memory limits that are about to be raised, by container. */
function raisedLimits(changes: readonly Change[]): Record<string, string> {
  return Object.fromEntries(
    changes.flatMap(({ slot: { name }, resource, from, to }) => {
      const isRaise =
        resource === 'memory' && from.limit !== undefined && to.limit !== undefined && to.limit > from.limit
      return isRaise ? [[name, formatQuantity('memory', from.limit)]] : []
    }),
  )
}

/**
 * The kubelet says that it has carried the resize out. That is not so for memory of a container that did not run then: the kubelet
 * leaves the cgroup of the Pod as it was, and the container is killed at the old limit (kubernetes/kubernetes#138760). So a raise of
 * memory counts once the container has run on for a while; where it has started since, it is raised again, by the smallest step.
 */
function afterwards(
  input: PodPlanInput,
  slots: readonly PodSlot[],
  record: DecisionRecord,
  progress: ResizeProgress,
): PodStep {
  const { limits, revision } = record.intended!
  const raised = isObject(limits) ? Object.keys(limits).filter((name) => slots.some((slot) => slot.name === name)) : []
  if (raised.length === 0) return write(settled(record), 'settled')
  const startedAt = raised.map((name) => progress.startedAt.get(name))
  const intendedAt = Date.parse(record.intended!.time)
  if (startedAt.includes(undefined)) {
    // What was learned from the kills so far may be more.
    const isOutdated = revisionOf(input.target) !== revision
    if (isOutdated) return next(input, slots, settled(record), progress)
    return { do: 'wait', reason: isRaiseMissed(record.intended) ? 'RaiseNotReached' : 'ContainerStopped' }
  }
  const late = raised.filter((_, i) => !(startedAt[i]! + STARTED_GRAIN_MILLISECONDS <= intendedAt))
  if (late.length > 0) return raiseAgain(input, slots, record, progress, late)
  const isProven = input.now.getTime() - intendedAt >= PROOF_MILLISECONDS
  return isProven ? write(settled(record), 'settled') : { do: 'wait', reason: 'ResizeUnderWay' }
}

/** Times in a container's status have whole seconds. */
const STARTED_GRAIN_MILLISECONDS = 1_000
/** How long a container must run on after its memory was raised. */
const PROOF_MILLISECONDS = 15_000

function raiseAgain(
  { pod, now }: PodPlanInput,
  slots: readonly PodSlot[],
  record: DecisionRecord,
  { restarts }: ResizeProgress,
  late: readonly string[],
): PodStep {
  const recorded = authorsResources(pod)
  const values = slots.map(({ name, carried }) => {
    const { memory } = carried
    if (!late.includes(name) || memory === 'invalid' || memory.limit === undefined) return carried
    const limit = memory.limit + GRAIN.memory
    return { ...carried, memory: { request: memory.request === memory.limit ? limit : memory.request, limit } }
  })
  const authors = slots.map(({ name, carried }) => recorded.get(name) ?? carried)
  const { revision = NO_REVISION, reasons = {}, limits = {} } = record.intended ?? {}
  const missed = missesAfter(record.intended)
  const intent = { revision, wanted: { authors, values, reasons }, now, restarts, limits, missed }
  return resizing(slots, settled(record), intent, changesOf(slots, values)) ?? leave('AnnotationsFull')
}

/** Only the record may have to change: it says which revision the Pod has, and since when. */
function unchanged(slots: readonly PodSlot[], record: DecisionRecord | undefined, intent: Intent): PodStep {
  if (record?.intended) return write(withoutIntent(record), 'dropped')
  // A memory limit that was not lowered may be tomorrow.
  const kept = KEPT_FOR_NOW.find((reason) => Object.values(intent.wanted.reasons).some((all) => all.includes(reason)))
  if (kept) return leave(kept)
  if (!record) return { do: 'nothing' }
  const labelled = relabelled(slots, intent)
  const isSame = labelled.revision === record.revision
  return isSame ? { do: 'nothing' } : write(labelled, 'relabelled')
}

const KEPT_FOR_NOW = ['MemoryInUse', 'UsageNotKnown'] as const satisfies readonly ReasonCode[]

function write(record: DecisionRecord, outcome: 'settled' | 'dropped' | 'relabelled'): PodStep {
  const annotation = annotationOf(record)
  return annotation === undefined ? leave('AnnotationsFull') : { do: 'record', annotation, outcome }
}

function leave(reason: ReasonCode): PodStep {
  return { do: 'leave', reason }
}
