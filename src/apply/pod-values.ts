import { type DecisionRecord, type PodSlot, recordedResources } from '../policy/index.ts'
import {
  type Allotment,
  type ContainerResources,
  isObject,
  type Nanos,
  parseQuantity,
  RESOURCES,
  type ResourceName,
} from '../resources/index.ts'

/** Values of the containers of a Pod, in the order of its slots. */
export type PodValues = readonly ContainerResources[]

export const FIELDS = ['request', 'limit'] as const satisfies readonly (keyof Allotment)[]
export type Field = (typeof FIELDS)[number]

/** The values before an intended resize, or those after it. */
type Stage = 'settled' | 'intended'

/**
 * Whether a Pod has exactly the values of a stage of its record. If the intended change includes a resource and the settled one does
 * not, the Pod must have the author's values there.
 */
export function isAt(stage: Stage, slots: readonly PodSlot[], record: DecisionRecord | undefined): boolean {
  return slots.every(({ name, carried }) => {
    const recorded = recordedResources(record, name)
    return RESOURCES.every((resource) => {
      const [settled, intended] = recorded[resource]
      const of = (field: Field) =>
        stage === 'intended' ? injected(intended, field) : (injected(settled, field) ?? authors(intended, field))
      return FIELDS.every((field) => {
        const value = of(field)
        if (value === undefined) return true
        const is = carried[resource]
        return is !== 'invalid' && (value === 'none' ? is[field] === undefined : is[field] === value)
      })
    })
  })
}

/**
 * Values to return to from an intended resize: the settled ones, or else the author's. Values that the author did not write are
 * missing, because a resize cannot remove them.
 */
export function settledValues(slots: readonly PodSlot[], record: DecisionRecord | undefined): PodValues {
  return slots.map(({ name, carried }) => {
    const recorded = recordedResources(record, name)
    const of = (resource: ResourceName): Allotment | 'invalid' => {
      const is = carried[resource]
      if (is === 'invalid') return 'invalid'
      const [settled, intended] = recorded[resource]
      const back = (field: Field) => {
        const value = injected(settled, field) ?? authors(intended, field) ?? is[field]
        return value === 'none' || value === 'unreadable' ? is[field] : value
      }
      return { request: back('request'), limit: back('limit') }
    }
    return { cpu: of('cpu'), memory: of('memory') }
  })
}

/** Recorded value that was injected; undefined if the change does not concern the field. */
function injected(change: unknown, field: Field): Nanos | undefined | 'unreadable' {
  const pair = pairOf(change, field)
  return pair && (parseQuantity(pair[1]) ?? 'unreadable')
}

/** The author's recorded value, `none` if the author wrote none; undefined if the change does not concern the field. */
function authors(change: unknown, field: Field): Nanos | undefined | 'none' | 'unreadable' {
  const pair = pairOf(change, field)
  if (!pair) return undefined
  return pair[0] === null ? 'none' : (parseQuantity(pair[0]) ?? 'unreadable')
}

function pairOf(change: unknown, field: Field): readonly unknown[] | undefined {
  const pair = isObject(change) ? change[field] : undefined
  return Array.isArray(pair) && pair.length === 2 ? pair : undefined
}
