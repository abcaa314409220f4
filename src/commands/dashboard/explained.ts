import type { RunningState } from '../../apply/index.ts'
import type { Explained, ReasonAnswer, RunningAnswer } from '../../dashboard/index.ts'
import { type Report, stagesOf } from '../../explain/index.ts'
import { REASONS, type ReasonCode } from '../../policy/index.ts'

/** Converts the report of `plimsoll explain` to what the page shows. */
export function explainedOf({ outcome, isLive, reasons, notes, unread, containers, running }: Report): Explained {
  return {
    patched: outcome === 'patched',
    reasons: reasons.map(reasonOf),
    notes,
    unread,
    ...(running && { running: running.map(runningOf) }),
    containers: containers.map(({ name, kind, resources }) => ({
      name,
      kind,
      resources: resources.map((explained) => ({
        resource: explained.resource,
        stages: stagesOf(explained, isLive).map(({ stage, value, says }) => ({ stage, ...value, says })),
        reasons: explained.reasons.map(reasonOf),
      })),
    })),
  }
}

function runningOf({ pod, carries, should, isDone, changes, reason, message }: RunningState): RunningAnswer {
  return {
    ...{ pod, isDone },
    ...(carries !== undefined && { carries }),
    ...(should !== undefined && { should }),
    ...(changes !== undefined && { changes }),
    ...(reason && { reason: reasonOf(reason) }),
    ...(message !== undefined && { message }),
  }
}

function reasonOf(code: ReasonCode): ReasonAnswer {
  const { says, act } = REASONS[code]
  return { code, says, act }
}
