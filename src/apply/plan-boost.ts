import { type ApiPod, readStart } from '../fleet/index.ts'
import { DECISION_ANNOTATION, parseRecord, readBoosts, readContainers, type StartupBoost } from '../policy/index.ts'
import type { ResourceName } from '../resources/index.ts'
import { boostDue } from './boost-due.ts'
import { bodyOf } from './resize-body.ts'
import { resizeProgress } from './resize-progress.ts'
import type { Resize } from './step.ts'
import type { Change } from './wanted.ts'

export interface BoostPlanInput {
  /** The Pod as the API server has it now. */
  readonly pod: ApiPod
  /** Undefined if no boost is configured any more. */
  readonly rules: StartupBoost | undefined
  /** Whether a boost may be given again. */
  readonly mayGive: boolean
  readonly nowSeconds: number
}

export interface BoostStep {
  readonly step: 'give' | 'remove'
  readonly resize: Resize
}

/**
 * Plans the next step for the boosts of a Pod: one resize. It needs no write of the record, because the record allows both the steady
 * and the boosted values. So if a process dies in between, the next look at the Pod decides the same. Pure.
 *
 * @returns undefined if nothing is due
 */
export function planBoost({ pod, rules, mayGive, nowSeconds }: BoostPlanInput): BoostStep | undefined {
  const record = parseRecord(pod.metadata?.annotations?.[DECISION_ANNOTATION])
  if (!record?.boost || pod.status?.phase !== 'Running' || pod.metadata?.deletionTimestamp !== undefined)
    return undefined
  const slots = readContainers(pod)
  const boosts = readBoosts(slots, record)
  const start = readStart(pod)
  const dueFor = (step: BoostStep['step']) =>
    slots.flatMap((slot): Change[] => {
      const boost = boosts.get(slot.name)
      const { cpu } = slot.carried
      if (!boost || cpu === 'invalid' || boostDue(slot.name, boost, start, rules, nowSeconds) !== step) return []
      return [{ slot, resource: 'cpu', from: cpu, to: step === 'give' ? boost.boosted : boost.steady }]
    })
  const ends = dueFor('remove')
  if (ends.length > 0) return { step: 'remove', resize: resizeTo(ends) }
  if (!mayGive || record.intended || resizeProgress(pod, slots).state !== 'Done') return undefined
  const again = dueFor('give')
  return again.length > 0 ? { step: 'give', resize: resizeTo(again) } : undefined
}

function resizeTo(changes: readonly Change[]): Resize {
  const cpu = changes.reduce((sum, { from, to }) => sum + (to.request ?? 0n) - (from.request ?? 0n), 0n)
  const raises: Readonly<Record<ResourceName, bigint>> = { cpu: cpu > 0n ? cpu : 0n, memory: 0n }
  return {
    do: 'resize',
    annotation: undefined,
    body: bodyOf(changes),
    changes,
    raises,
  }
}
