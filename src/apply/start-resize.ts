import type { DecisionRecord, PodSlot } from '../policy/index.ts'
import { formatQuantity, readable } from '../resources/index.ts'
import { podTotal } from '../sizing/index.ts'
import { annotationOf, type Intent, intending, intendsSame, withoutIntent } from './intent.ts'
import type { PodValues } from './pod-values.ts'
import { bodyOf } from './resize-body.ts'
import { leave, type PodStep, type Resize } from './step.ts'
import type { Change, Wanted } from './wanted.ts'

/** The step that resizes a Pod: the record with the intent first, then the values. */
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
    without: record ? annotationOf(withoutIntent(record))! : null,
    hasIntent: record?.intended !== undefined,
    body: bodyOf(changes),
    changes,
    revision: intent.revision,
    raises: raisesOf(slots, intent.wanted),
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

function raisesOf(slots: readonly PodSlot[], { values }: Wanted): Resize['raises'] {
  const total = (of: PodValues, resource: 'cpu' | 'memory') =>
    podTotal(slots.map(({ kind }, i) => ({ kind, ...readable(of[i]![resource]) }))).request ?? 0n
  const carried = slots.map((slot) => slot.carried)
  const more = (resource: 'cpu' | 'memory') => {
    const difference = total(values, resource) - total(carried, resource)
    return difference > 0n ? difference : 0n
  }
  return { cpu: more('cpu'), memory: more('memory') }
}
