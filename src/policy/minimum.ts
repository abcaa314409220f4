import { type Nanos, parseQuantity, type ResourceName } from '../resources/index.ts'

/** `plimsoll.dev/min-cpu.app: 250m`. The name of an annotation takes 63 characters, so that of a container 52 here. */
const PREFIXES: Readonly<Record<ResourceName, string>> = {
  cpu: 'plimsoll.dev/min-cpu.',
  memory: 'plimsoll.dev/min-memory.',
}

export interface Minimum {
  readonly nanos?: Nanos
  readonly isUnreadable?: true
}

const NONE: Minimum = {}

/** What the Pod's author wants a container to have at least. */
export function readMinimum(
  annotations: Readonly<Record<string, unknown>>,
  resource: ResourceName,
  container: string,
): Minimum {
  const text = annotations[PREFIXES[resource] + container]
  if (text === undefined) return NONE
  const nanos = parseQuantity(text)
  return nanos === undefined || nanos <= 0n ? { isUnreadable: true } : { nanos }
}
