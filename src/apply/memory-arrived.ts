import type { DecisionRecord, PodSlot } from '../policy/index.ts'
import { GRAIN, isObject } from '../resources/index.ts'
import { authorsResources } from '../sizing/index.ts'
import { settled } from './intent.ts'
import type { ResizeProgress } from './resize-progress.ts'
import { startResize } from './start-resize.ts'
import { type PodPlanInput, type PodStep, wait, write } from './step.ts'
import { NO_REVISION, revisionOf } from './target.ts'
import { changesOf } from './wanted.ts'

/** Times in a container's status are in whole seconds. */
const STARTED_GRAIN_MILLISECONDS = 1_000
/** How long a container must keep running after its memory was raised. */
const PROOF_MILLISECONDS = 15_000
/** Number of times that a container ends before its raise reaches it from which a reason reports it. */
const MANY_MISSES = 3

/**
 * The next step when the kubelet reports that it has carried out the resize. For memory of a container that did not run at that time,
 * this is not true: the kubelet leaves the cgroup of the Pod unchanged, and the container is killed at the old limit
 * (kubernetes/kubernetes#138760). So a raise of memory only counts after the container has kept running for a while; if it has
 * restarted, its memory is raised again, by the smallest step.
 *
 * @returns `outdated` if more memory was learned from the kills so far
 */
export function memoryArrived(
  input: PodPlanInput,
  slots: readonly PodSlot[],
  record: DecisionRecord,
  progress: ResizeProgress,
): PodStep | 'outdated' {
  const { limits, revision } = record.intended!
  const raised = isObject(limits) ? Object.keys(limits).filter((name) => slots.some((slot) => slot.name === name)) : []
  if (raised.length === 0) return write(settled(record), 'settled')
  const missed = missesOf(raised, record, progress)
  const isMissed = Object.values(missed).some((count) => count >= MANY_MISSES)
  const startedAt = raised.map((name) => progress.startedAt.get(name))
  const intendedAt = Date.parse(record.intended!.time)
  if (startedAt.includes(undefined)) {
    const isOutdated = revisionOf(input.target) !== revision
    return isOutdated ? 'outdated' : wait(isMissed ? 'RaiseMissed' : 'ContainerStopped')
  }
  const late = raised.filter((_, i) => !(startedAt[i]! + STARTED_GRAIN_MILLISECONDS <= intendedAt))
  if (late.length > 0) {
    const again = raiseAgain(input, slots, record, progress, late, missed)
    return isMissed && again.do === 'resize' ? { ...again, reason: 'RaiseMissed' } : again
  }
  const isProven = input.now.getTime() - intendedAt >= PROOF_MILLISECONDS
  if (isProven) return write(settled(record), 'settled')
  return wait(isMissed ? 'RaiseMissed' : 'ResizeUnderWay')
}

/** How often each container has ended after its memory was first raised, and before the raise reached it. */
function missesOf(
  raised: readonly string[],
  { intended }: DecisionRecord,
  { restarts, startedAt }: ResizeProgress,
): Readonly<Record<string, number>> {
  const before: unknown = intended?.missed
  const earlier = (name: string) => (isObject(before) && Number.isSafeInteger(before[name]) ? Number(before[name]) : 0)
  return Object.fromEntries(
    raised.map((name) => {
      const starts = (restarts[name] ?? 0) - (intended?.restarts?.[name] ?? 0)
      // If the container is running, its last start has not ended.
      const ends = Math.max(0, starts - (startedAt.has(name) ? 1 : 0))
      return [name, earlier(name) + ends]
    }),
  )
}

function raiseAgain(
  { pod, now }: PodPlanInput,
  slots: readonly PodSlot[],
  record: DecisionRecord,
  { restarts }: ResizeProgress,
  late: readonly string[],
  missed: Readonly<Record<string, number>>,
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
  const intent = { revision, wanted: { authors, values, reasons }, now, restarts, limits, missed }
  return startResize(slots, settled(record), intent, changesOf(slots, values))
}
