import type { ReasonCode } from '../policy/index.ts'
import { GRAIN, type Nanos } from '../resources/index.ts'
import type { Outcome } from './drive.ts'
import type { Finding } from './finding.ts'
import type { Patience } from './look-again.ts'
import type { Review } from './reviews.ts'
import type { PodStep } from './step.ts'
import type { Change } from './wanted.ts'

/** What a look at a Pod that carries its revision says; undefined if the step must be taken now. */
export function reviewOf(step: PodStep): Review | undefined {
  if (step.do === 'nothing') return 'fits'
  if (step.do !== 'resize') return undefined
  if (step.changes.every(isLeftOver)) return 'fits'
  return step.raises.cpu > 0n || step.raises.memory > 0n ? 'raise' : 'free'
}

/** Whether a change only takes back the small steps by which memory was raised again (`memory-arrived.ts`). */
function isLeftOver({ resource, from, to }: Change): boolean {
  const isSmall = (was: Nanos | undefined, is: Nanos | undefined) =>
    was === is || (was !== undefined && is !== undefined && was > is && was - is <= LEFT_OVER * GRAIN.memory)
  return resource === 'memory' && isSmall(from.request, to.request) && isSmall(from.limit, to.limit)
}

const LEFT_OVER = 16n

/** What people should know of a Pod after a step; undefined if nothing keeps it from having what it should. */
export function findingOf(outcome: Outcome): Finding | undefined {
  if (outcome.is === 'resized') return outcome.step.reason && { reason: outcome.step.reason }
  return 'reason' in outcome ? { reason: outcome.reason, message: outcome.message } : undefined
}

/** Reason of an outcome as metrics count it; empty if there is none. */
export function countedReason(outcome: Outcome): string {
  return outcome.is === 'unable' ? outcome.why : (findingOf(outcome)?.reason ?? '')
}

/** What the node or the API server has refused permanently; undefined if nothing. */
export function refusalIn(outcome: Outcome): Finding | undefined {
  const isForGood =
    (outcome.is === 'refused' && outcome.reason === 'ResizeRefused') ||
    (outcome.is === 'withdrawn' && outcome.reason === 'ResizeInfeasible')
  return isForGood ? outcome : undefined
}

/** When to look again after a step, if nothing about the Pod has changed until then. */
export function patienceAfter(outcome: Outcome): Patience {
  switch (outcome.is) {
    case 'nothing':
    case 'gone':
      return 'rarely'
    case 'left':
      return MAY_PASS.has(outcome.reason) ? 'later' : 'rarely'
    case 'refused':
    case 'unable':
    case 'withdrawn':
      return 'later'
    default:
      return 'soon'
  }
}

/** Reasons that may pass although the Pod, its revision and the policy stay as they are. */
const MAY_PASS: ReadonlySet<ReasonCode> = new Set([
  'MemoryInUse',
  'UsageNotKnown',
  'HeldByQuota',
  'NodeFull',
  'WaitsForOthers',
  'WaitsForSlo',
])
