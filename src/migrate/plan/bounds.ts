import { formatQuantity, type Nanos, parseQuantity, type ResourceName } from '../../resources/index.ts'

/** A least and a highest amount that another tool allows one container; undefined without one. */
export interface Allowed {
  readonly container: string
  readonly min: unknown
  readonly max: unknown
}

/** Bounds for all containers of a Pod, and what is lost: a SizingPolicy has one minimum and one maximum. */
export interface CommonBounds {
  readonly min?: string
  readonly max?: string
  /** Annotations of the Pod template that state what differs between containers, such as `plimsoll.dev/max-cpu.app: 2`. */
  readonly annotations: readonly string[]
  /** Amounts that cannot be read. */
  readonly unreadable: readonly string[]
  /** Whether the minimum is above the maximum; it is then left out. */
  readonly isCrossed: boolean
}

/** The narrowest bounds that contain those of every container. */
export function commonBounds(resource: ResourceName, allowed: readonly Allowed[]): CommonBounds {
  const read = (value: unknown): Nanos | undefined => {
    const nanos = parseQuantity(value)
    return nanos !== undefined && nanos > 0n ? nanos : undefined
  }
  const unreadable = allowed.flatMap(({ min, max }) =>
    [min, max].filter((value) => value !== undefined && value !== null && read(value) === undefined).map(String),
  )
  const ends = allowed.map(({ container, min, max }) => ({ container, min: read(min), max: read(max) }))
  const common = (values: readonly (Nanos | undefined)[], pick: (a: Nanos, b: Nanos) => Nanos) =>
    values.includes(undefined) || values.length === 0 ? undefined : (values as Nanos[]).reduce(pick)
  const min = common(
    ends.map((one) => one.min),
    (a, b) => (a < b ? a : b),
  )
  const max = common(
    ends.map((one) => one.max),
    (a, b) => (a > b ? a : b),
  )
  const annotations = ends.flatMap((one) =>
    (['min', 'max'] as const).flatMap((end) => {
      const value = one[end]
      if (value === undefined || value === { min, max }[end]) return []
      return [`plimsoll.dev/${end}-${resource}.${one.container}=${formatQuantity(resource, value)}`]
    }),
  )
  const isCrossed = min !== undefined && max !== undefined && min > max
  return {
    ...(min !== undefined && !isCrossed && { min: formatQuantity(resource, min) }),
    ...(max !== undefined && { max: formatQuantity(resource, max) }),
    ...{ annotations, unreadable, isCrossed },
  }
}
