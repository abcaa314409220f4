import type { Revision } from '../api/index.ts'
import { type ContainerResources, formatQuantity, type Nanos, parseQuantity, RESOURCES } from '../resources/index.ts'

/** What one Pod says of the revision that it carries. */
export interface PodHealth {
  /** From its `plimsoll.dev/decision`; undefined where nothing was injected. */
  readonly revision?: number | undefined
  readonly createdAt: string
  /** Of all containers together. */
  readonly restarts: number
  readonly oomKills: readonly { readonly container: string; readonly limitBytes: number }[]
  /** Containers that start and fail, again and again. */
  readonly crashing: readonly string[]
  /** CPU periods since a canary began, in which containers ran under a limit and were held back at it; undefined: not known. */
  readonly throttling?: { readonly periods: number; readonly throttled: number } | undefined
}

/** What a container had before a revision, as far as it is known. */
type Before = Partial<
  Record<'cpu' | 'memory', { readonly request?: Nanos | undefined; readonly limit?: Nanos | undefined }>
>

/** What every container had before a revision: the last that ran without trouble, else what its author wrote. */
export function valuesBefore(
  lastGood: Revision | undefined,
  author: ReadonlyMap<string, ContainerResources>,
): (container: string) => Before {
  return (name) => {
    const good = lastGood?.containers.find((container) => container.name === name)
    const before: Before = {}
    for (const resource of RESOURCES) {
      const recommended = good?.[resource]
      const written = author.get(name)?.[resource]
      if (recommended)
        before[resource] = { request: parseQuantity(recommended.request), limit: parseQuantity(recommended.limit) }
      else if (written && written !== 'invalid') before[resource] = written
    }
    return before
  }
}

/**
 * Trouble that a revision may have caused: an OOM kill at a limit that it lowered or added, or a crash loop of a container
 * that it took something from. What only gives more cannot be what breaks a container.
 *
 * @returns in a few words; undefined where there is none
 */
export function troubleWith(
  revision: Revision,
  before: (container: string) => Before,
  pods: readonly PodHealth[],
): string | undefined {
  for (const pod of pods) {
    if (pod.revision !== revision.revision) continue
    for (const { container, limitBytes } of pod.oomKills) {
      if (lowersMemoryLimit(revision, container, before(container)))
        return `container ${container} was OOM-killed at a limit of ${bytes(limitBytes)}`
    }
    const crashing = pod.crashing.find((container) => takesAway(revision, container, before(container)))
    if (crashing !== undefined) return `container ${crashing} crashes again and again`
  }
  return undefined
}

function lowersMemoryLimit({ containers }: Revision, name: string, before: Before): boolean {
  const limit = parseQuantity(containers.find((container) => container.name === name)?.memory?.limit)
  if (limit === undefined) return false
  return before.memory?.limit === undefined || limit < before.memory.limit
}

function takesAway({ containers }: Revision, name: string, before: Before): boolean {
  const given = containers.find((container) => container.name === name)
  return RESOURCES.some((resource) => {
    const { request, limit } = before[resource] ?? {}
    const lowers = (had: Nanos | undefined, now: string | undefined) =>
      had !== undefined && now !== undefined && parseQuantity(now)! < had
    return lowers(request, given?.[resource]?.request) || lowers(limit, given?.[resource]?.limit)
  })
}

function bytes(limit: number): string {
  return formatQuantity('memory', BigInt(Math.round(limit)) * 1_000_000_000n)
}
