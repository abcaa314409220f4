/** Who owns which fields of an object, as the API server keeps it. */
export interface ManagedFields {
  readonly manager?: string
  readonly operation?: string
  readonly subresource?: string
  readonly time?: string
  readonly [field: string]: unknown
}

/** Longest list that is stored, in characters of JSON: in a workload with more, the fields that experiments took over stay theirs. */
const MAX_CHARACTERS = 50_000
/** Its writes are no edits, also where they are not to the status. */
const CONTROLLERS = 'kube-controller-manager'

/** What is stored of them before the first change; undefined where that is too much. */
export function storedManagedFields(managedFields: readonly ManagedFields[] | undefined): string | undefined {
  if (!managedFields) return undefined
  const text = JSON.stringify(managedFields)
  return text.length > MAX_CHARACTERS ? undefined : text
}

/**
 * The list that gives fields back to those who owned them before the experiment, once all values are restored: patches take fields over,
 * and restoring a value does not give it back. A later `kubectl apply --server-side` would report conflicts with the experiment, and
 * would keep fields that it no longer mentions.
 *
 * @param stored from before the first change
 * @param ours manager of what experiments change
 * @returns undefined where the experiment owns nothing, or somebody else has written the object since: the server knows better then
 */
export function returnedFields(
  stored: string | undefined,
  current: readonly ManagedFields[] | undefined,
  ours: string,
): readonly ManagedFields[] | undefined {
  const isOurs = ({ manager }: ManagedFields) => manager === ours
  if (stored === undefined || !current?.some(isOurs)) return undefined
  const before = JSON.parse(stored) as readonly ManagedFields[]
  const isControllers = ({ manager, subresource }: ManagedFields) =>
    subresource !== undefined || manager === CONTROLLERS
  const isKnown = (one: ManagedFields) => before.some((other) => isSameWrite(one, other))
  if (!current.every((one) => isControllers(one) || isOurs(one) || isKnown(one))) return undefined
  return [...before.filter((one) => !isControllers(one) && !isOurs(one)), ...current.filter(isControllers)]
}

function isSameWrite(one: ManagedFields, other: ManagedFields): boolean {
  return one.manager === other.manager && one.operation === other.operation && one.time === other.time
}
