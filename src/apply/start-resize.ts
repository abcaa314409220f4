import type { DecisionRecord, PodSlot } from '../policy/index.ts'
import { formatQuantity } from '../resources/index.ts'
import { annotationOf, type Intent, intending, intendsSame, withoutIntent } from './intent.ts'
import { raisesOf } from './raises.ts'
import { bodyOf } from './resize-body.ts'
import { leave, type PodStep } from './step.ts'
import type { Change } from './wanted.ts'

/** The step that resizes a Pod: first write the record with the intent, then the values. */
export function startResize(
  slots: readonly PodSlot[],
  record: DecisionRecord | undefined,
  intent: Intent,
  changes: readonly Change[],
): PodStep {
  const intended = intending(slots, record && withoutIntent(record), intent)
  const annotation = annotationOf(intended)
  if (typeof annotation !== 'string') return leave('AnnotationsFull')
  return {
    do: 'resize',
    annotation: intendsSame(record, intended) ? undefined : annotation,
    ...(record?.intended && { without: annotationOf(withoutIntent(record))! }),
    body: bodyOf(changes),
    changes,
    raises: raisesOf(slots, intent.wanted.values),
  }
}

/** Memory limits that are about to be raised, by container. */
export function raisedLimits(changes: readonly Change[]): Record<string, string> {
  return Object.fromEntries(
    changes.flatMap(({ slot: { name }, resource, from, to }) => {
      const isRaise =
        resource === 'memory' && from.limit !== undefined && to.limit !== undefined && to.limit > from.limit
      return isRaise ? [[name, formatQuantity('memory', from.limit)]] : []
    }),
  )
}
