import type { StartupStatus } from '../api/index.ts'
import { parseJson } from '../parsing/index.ts'
import { isObject, type Nanos, parseQuantity } from '../resources/index.ts'

/** What the leading learner allows and proposes for the startup of Pods. */
export interface StartupRoom {
  /** The most CPU that a Pod may request with a boost. */
  readonly upTo: Nanos
  /** Boosts that are proposed, such as `2x`, by container. */
  readonly proposed: ReadonlyMap<string, string>
}

/**
 * Reads the startup status of a Recommendation. Without `upTo`, it is unknown whether boosts would be removed, so none is given.
 *
 * @param written the status, or its JSON; another version may have written it, so parts that cannot be read are left out
 */
export function readStartup(written: StartupStatus | string | undefined): { readonly startup?: StartupRoom } {
  const status = parsed(written)
  if (!isObject(status)) return {}
  const upTo = parseQuantity(status.upTo)
  if (upTo === undefined || upTo <= 0n) return {}
  const containers: unknown[] = Array.isArray(status.containers) ? status.containers : []
  const proposed = containers.flatMap((one): [string, string][] =>
    isObject(one) && typeof one.name === 'string' && typeof one.boost === 'string' ? [[one.name, one.boost]] : [],
  )
  return { startup: { upTo, proposed: new Map(proposed) } }
}

function parsed(written: unknown): unknown {
  if (typeof written !== 'string') return written
  try {
    return parseJson(written)
  } catch {
    return undefined
  }
}
