import { type OriginalTarget, targetsOf } from '../api/index.ts'
import { autoscalerOf } from './autoscalers.ts'
import { storedManagedFields } from './managed-fields.ts'
import type { AutoscalerObject, TargetObject } from './objects.ts'
import type { Observed } from './observed.ts'

/** What is stored of the targets before the first trial. */
export function originalsOf({ experiment: { spec }, targets, autoscalers }: Observed): OriginalTarget[] {
  return targetsOf(spec).flatMap((target, i) => {
    const object = targets[i]?.object
    if (!object) return []
    const autoscaler = autoscalerOf(target, autoscalers)
    return {
      ...{ kind: target.kind, name: target.name, uid: object.metadata.uid, spec: JSON.stringify(object.spec) },
      ...ownersOf(object),
      ...(autoscaler && {
        autoscaler: {
          name: autoscaler.metadata.name,
          uid: autoscaler.metadata.uid,
          min: autoscaler.spec.minReplicas ?? 1,
          max: autoscaler.spec.maxReplicas,
          behavior: JSON.stringify(autoscaler.spec.behavior ?? null),
          ...ownersOf(autoscaler),
        },
      }),
    }
  })
}

function ownersOf({ metadata }: TargetObject | AutoscalerObject): { readonly managedFields?: string } {
  const managedFields = storedManagedFields(metadata.managedFields)
  return managedFields === undefined ? {} : { managedFields }
}
