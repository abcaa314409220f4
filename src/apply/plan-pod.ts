import type { ApiPod } from '../fleet/index.ts'
import {
  DECISION_ANNOTATION,
  type DecisionRecord,
  fitsBeside,
  type PodSlot,
  parseRecord,
  type ReasonCode,
  readContainers,
  recordsReason,
  withoutBoost,
} from '../policy/index.ts'
import { type Intent, relabelled, settled, withoutIntent } from './intent.ts'
import { isAt } from './pod-values.ts'
import { type ResizeProgress, resizeProgress } from './resize-progress.ts'
import { keepsLimit, restartedBy, withRestarts } from './restart/by-resize.ts'
import { raisedLimits, startResize } from './start-resize.ts'
import { leave, type PodPlanInput, type PodStep, wait, write } from './step.ts'
import { isBack, NO_REVISION, revisionOf } from './target.ts'
import { underWay } from './under-way.ts'
import { changesOf, wantedOf } from './wanted.ts'

/** Plans the next step for a running Pod. Pure. */
export function planPod(input: PodPlanInput): PodStep {
  const step = plan(input)
  const annotation = step.do === 'resize' || step.do === 'record' ? step.annotation : undefined
  const fits = typeof annotation !== 'string' || fitsBeside(input.pod.metadata?.annotations ?? {}, annotation)
  return fits ? step : leave('AnnotationsFull')
}

function plan(input: PodPlanInput): PodStep {
  const { pod, target } = input
  const record = parseRecord(pod.metadata?.annotations?.[DECISION_ANNOTATION])
  const carried = readContainers(pod)
  const slots = withoutBoost(carried, record)
  const progress = resizeProgress(pod, carried)
  if (record?.intended && isAt('intended', slots, record)) {
    const goesBack = isBack(target, record.intended.revision)
    const step = goesBack ? 'outdated' : underWay(input, slots, record, progress)
    // The Pod has the intended values, so plan from these.
    return step === 'outdated' ? next(input, slots, settled(record), progress) : step
  }
  if (!isAt('settled', slots, record)) return leave('ChangedAfterPlimsoll')
  if (!record?.intended && progress.state !== 'Done') return wait('ResizeUnderWay', progress.message)
  return next(input, slots, record, progress)
}

/** The next step if no intended values have reached the Pod's spec. */
function next(
  input: PodPlanInput,
  slots: readonly PodSlot[],
  record: DecisionRecord | undefined,
  { restarts }: ResizeProgress,
): PodStep {
  const { pod, workload, target, policy, constraints, peakMemory, refused, mayRestart, mayLower, now } = input
  const drop = (reason: ReasonCode, message?: string): PodStep =>
    record?.intended ? write(withoutIntent(record), 'dropped') : leave(reason, message)
  if (refused) return drop(refused.reason, refused.message)
  const carried = record && record.revision !== NO_REVISION ? record.revision : undefined
  const back = isBack(target, carried)
  const wanted = wantedOf({
    // Without the intent that the Pod does not have, or its values would look changed by somebody else.
    ...{ pod: recording(pod, record && withoutIntent(record)), workload, slots, target, isBack: back, policy },
    ...{ constraints, peakMemory, mayLower },
    wasKept: (container, resource) =>
      carried === revisionOf(target) && recordsReason(record, container, resource, 'KeptWhenBack'),
  })
  if (typeof wanted === 'string') return drop(wanted)
  const changes = changesOf(slots, wanted.values)
  const intent: Intent = { revision: revisionOf(target), wanted, now, restarts }
  if (changes.length === 0) {
    const step = unchanged(slots, record, intent)
    return step.do === 'nothing' && keepsLimit(target, slots, wanted) ? leave('ValueNotRemoved') : step
  }
  const restarting = restartedBy(changes)
  if (restarting.size > 0 && !mayRestart) return drop('RestartNeeded')
  // A container that restarts gets its memory at its start.
  const limits = raisedLimits(changes.filter(({ slot }) => !restarting.has(slot.name)))
  const step = startResize(slots, record, { ...intent, limits, restarts: withRestarts(restarts, restarting) }, changes)
  return step.do === 'leave' ? drop(step.reason) : step
}

/** The Pod with another record. */
function recording(pod: ApiPod, record: DecisionRecord | undefined): ApiPod {
  if (!record) return pod
  const annotations = { ...pod.metadata?.annotations, [DECISION_ANNOTATION]: JSON.stringify(record) }
  return { ...pod, metadata: { ...pod.metadata, annotations } }
}

/** At most the record has to change: it says which revision the Pod has, and since when. */
function unchanged(slots: readonly PodSlot[], record: DecisionRecord | undefined, intent: Intent): PodStep {
  if (record?.intended) return write(withoutIntent(record), 'dropped')
  // Values that are kept now may be changed later.
  const kept = KEPT_FOR_NOW.find((reason) => Object.values(intent.wanted.reasons).some((all) => all.includes(reason)))
  if (kept) return leave(kept)
  if (!record) return { do: 'nothing' }
  const labelled = relabelled(slots, record, intent)
  const isSame = labelled.revision === record.revision
  return isSame ? { do: 'nothing' } : write(labelled, 'relabelled')
}

const KEPT_FOR_NOW = [
  'MemoryInUse',
  'UsageNotKnown',
  'HeldByQuota',
  'WaitsForSlo',
] as const satisfies readonly ReasonCode[]
