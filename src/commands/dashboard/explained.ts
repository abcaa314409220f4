import type { Explained, ReasonAnswer } from '../../dashboard/index.ts'
import { type Report, stagesOf } from '../../explain/index.ts'
import { REASONS, type ReasonCode } from '../../policy/index.ts'

/** Converts the report of `plimsoll explain` to what the page shows. */
export function explainedOf({ outcome, isLive, reasons, notes, unread, containers }: Report): Explained {
  return {
    patched: outcome === 'patched',
    reasons: reasons.map(reasonOf),
    notes,
    unread,
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

function reasonOf(code: ReasonCode): ReasonAnswer {
  const { says, act } = REASONS[code]
  return { code, says, act }
}
