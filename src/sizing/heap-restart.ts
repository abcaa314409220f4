import {
  APPLY_RUNNING_ANNOTATION,
  type DecisionRecord,
  type Pod,
  type PodSlot,
  type Policy,
  type ReasonCode,
  recordsReason,
  runningOf,
} from '../policy/index.ts'
import { type Draft, valuesOf } from './draft.ts'

const REASON = 'RestartsForHeap' satisfies ReasonCode

/**
 * Whether a resize of memory may restart containers of this Pod. This is only useful where running Pods may be restarted, and the API
 * server refuses it for Pods that must not restart.
 */
export function mayRestartForHeap({ metadata, spec }: Pod, { running = 'never' }: Pick<Policy, 'running'>): boolean {
  const asked = metadata?.annotations?.[APPLY_RUNNING_ANNOTATION]
  return runningOf({ running }, asked) === 'inPlaceOrRestart' && (spec?.restartPolicy ?? 'Always') === 'Always'
}

/**
 * Whether a resize of a container's memory should restart it: the program sizes its heap by the limit when it starts, and the author
 * set no `resizePolicy`.
 *
 * @param earlier the record of an earlier decision, which may have set it
 * @returns `set` if the policy must still be written, `kept` if an earlier decision has written it
 */
export function heapRestart(
  memory: Draft,
  { kind, name, container }: PodSlot,
  earlier: DecisionRecord | undefined,
): 'set' | 'kept' | undefined {
  if (!memory.followsLimit || kind !== 'container' || container.restartPolicy !== undefined) return undefined
  if (valuesOf(memory).limit === undefined) return undefined
  const policies: unknown = container.resizePolicy ?? []
  if (Array.isArray(policies) && policies.length === 0) return 'set'
  return recordsReason(earlier, name, 'memory', REASON) ? 'kept' : undefined
}

/** The draft with the reason for its `resizePolicy`. */
export function withHeapRestart(draft: Draft): Draft {
  return { ...draft, reasons: [...draft.reasons, REASON] }
}
