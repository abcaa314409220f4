import { type Allotment, formatQuantity, type Nanos, type ResourceName } from '../resources/index.ts'
import type { Change } from './wanted.ts'

/** Changes for people: `app cpu 1500m -> 80m, app memory 1Gi/2Gi -> 200Mi/300Mi`; a limit is written only if it changes. */
export function describeChanges(changes: readonly Change[]): string {
  return changes
    .map(({ slot, resource, from, to }) => `${slot.name} ${resource} ${move(resource, from, to)}`)
    .join(', ')
}

function move(resource: ResourceName, from: Allotment, to: Allotment): string {
  const text = (value: Nanos | undefined) => (value === undefined ? '-' : formatQuantity(resource, value))
  if (from.limit === to.limit) return `${text(from.request)} -> ${text(to.request)}`
  const both = ({ request, limit }: Allotment) => `${text(request)}/${text(limit)}`
  return `${both(from)} -> ${both(to)}`
}
