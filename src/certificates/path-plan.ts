import { isPathKey, PLAIN } from '../api/index.ts'

/** Paths of an installation as they were read from the cluster at one moment. */
export interface ObservedPaths {
  /** Keys that the webhooks accept, the newest first, and `PLAIN` for the path without a key; undefined while there is none. */
  readonly accepted: readonly string[] | undefined
  /** What the path of each webhook in the registration carries, by the webhook's name; undefined if no review is taken there. */
  readonly carried: ReadonlyMap<string, string | undefined>
  /** How many Pods of the webhook accept keys: those of the previous version do not. */
  readonly understoodBy: 'none' | 'some' | 'all'
}

export interface PathCircumstances {
  readonly newKey: () => string
  /** Whether a fact has been true for so long that every webhook and every API server has noticed. */
  readonly isSettled: (fact: string) => boolean
}

export type PathStep =
  | { readonly do: 'accept keys'; readonly keys: readonly string[]; readonly because: string }
  | { readonly do: 'publish key'; readonly key: string; readonly because: string }
  | { readonly do: 'wait' | 'nothing' }

/**
 * Decides the next step from the state of the cluster alone. The order keeps every review answered: a key is accepted by all
 * webhooks before it is published, and what was published before is accepted until every API server has the new path.
 */
export function nextPathStep(observed: ObservedPaths, { newKey, isSettled }: PathCircumstances): PathStep {
  const { accepted, carried, understoodBy } = observed
  const now = [...carried.values()]
  const newest = accepted?.find(isPathKey)
  if (!accepted || !newest) {
    const inUse = now.filter((key) => key === PLAIN || isPathKey(key ?? '')) as string[]
    // A webhook of the previous version takes the path without a key only.
    const plain = understoodBy === 'all' ? [] : [PLAIN]
    return { do: 'accept keys', keys: distinct([newKey(), ...inUse, ...plain]), because: 'there is no key' }
  }
  const goal = goalOf(observed, newest)
  if (!accepted.includes(goal)) {
    return { do: 'accept keys', keys: [...accepted, goal], because: 'webhooks of an older version know no key' }
  }
  if (now.some((key) => key !== goal)) {
    const works = now.every((key) => key !== undefined && accepted.includes(key))
    const isKnown = goal === PLAIN || (isSettled(acceptedFact(goal)) && isSettled(ALL_UNDERSTAND))
    // Where reviews get no answer as it is, nothing is lost.
    if (works && !isKnown) return { do: 'wait' }
    return { do: 'publish key', key: goal, because: works ? 'every webhook accepts it' : 'the path is not accepted' }
  }
  const needed = goal === PLAIN ? [newest, PLAIN] : [goal]
  if (String(accepted) === String(needed)) return { do: 'nothing' }
  if (!isSettled(carriedFact(goal))) return { do: 'wait' }
  return { do: 'accept keys', keys: needed, because: 'every API server has the path' }
}

/** What is true now, and must have been true for a while before it is relied on. */
export function pathFacts({ accepted = [], carried, understoodBy }: ObservedPaths): string[] {
  const [first, ...others] = carried.values()
  return [
    ...accepted.map(acceptedFact),
    ...(first !== undefined && others.every((key) => key === first) ? [carriedFact(first)] : []),
    ...(understoodBy === 'all' ? [ALL_UNDERSTAND] : []),
  ]
}

function goalOf({ accepted, carried, understoodBy }: ObservedPaths, newest: string): string {
  if (understoodBy === 'none') return PLAIN
  const isPublished = [...carried.values()].every((key) => key === newest)
  // With PLAIN in the list, an upgrade from a version without keys may still be under way.
  return understoodBy === 'some' && !isPublished && accepted?.includes(PLAIN) ? PLAIN : newest
}

const ALL_UNDERSTAND = 'all understand'
const acceptedFact = (key: string) => `accepted ${key}`
const carriedFact = (key: string) => `carried ${key}`

function distinct(keys: readonly string[]): string[] {
  return [...new Set(keys)]
}
