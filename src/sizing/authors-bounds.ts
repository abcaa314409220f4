import { type Nanos, parseQuantity, type ResourceName } from '../resources/index.ts'

/** What the Pod's author wants a container to have at least, and at most; requests and limits alike. */
export interface AuthorsBounds {
  readonly min?: Nanos
  readonly max?: Nanos
  /** One of them is there, and is no quantity above 0. */
  readonly isUnreadable?: true
}

/** `plimsoll.dev/min-cpu.app: 250m`. The name of an annotation takes 63 characters, so that of a container 52 here. */
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
