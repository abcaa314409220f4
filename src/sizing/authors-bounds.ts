import { type Nanos, parseQuantity, type ResourceName } from '../resources/index.ts'

/** Minimum and maximum that the Pod's author sets for a container. They apply to requests and to limits. */
export interface AuthorsBounds {
  readonly min?: Nanos
  readonly max?: Nanos
  /** Set if one of the bounds is not a quantity above 0. */
  readonly isUnreadable?: true
}

/**
 * Prefixes of annotations such as `plimsoll.dev/min-cpu.app: 250m`. An annotation's name has at most 63 characters, which leaves
 * 52 for the container.
 */
const PREFIXES: Readonly<Record<ResourceName, Readonly<Record<'min' | 'max', string>>>> = {
  cpu: { min: 'plimsoll.dev/min-cpu.', max: 'plimsoll.dev/max-cpu.' },
  memory: { min: 'plimsoll.dev/min-memory.', max: 'plimsoll.dev/max-memory.' },
}

export function readAuthorsBounds(
  annotations: Readonly<Record<string, unknown>>,
  resource: ResourceName,
  container: string,
): AuthorsBounds {
  const [least, most] = [
    annotations[PREFIXES[resource].min + container],
    annotations[PREFIXES[resource].max + container],
  ]
  const [min, max] = [positive(least), positive(most)]
  const isUnreadable = (least !== undefined && min === undefined) || (most !== undefined && max === undefined)
  return {
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(isUnreadable && { isUnreadable }),
  }
}

function positive(text: unknown): Nanos | undefined {
  const nanos = parseQuantity(text) ?? 0n
  return nanos > 0n ? nanos : undefined
}
