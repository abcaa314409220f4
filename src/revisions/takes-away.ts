import { type ContainerValues, type Revision, readValues, type Values } from '../api/index.ts'
import { type Allotment, type ContainerResources, RESOURCES, readable } from '../resources/index.ts'
import { isVariant } from './node-classes.ts'
import type { PodHealth } from './pod-health.ts'

/** Values that every container had before a revision, as far as is known. */
export function valuesBefore(lastGood: Revision | undefined, author: ReadonlyMap<string, ContainerResources>): Values {
  const good = readValues(lastGood?.containers)
  return new Map(
    // Nodes of a class without values had those of the container.
    [...new Set([...good.keys(), ...author.keys().filter((name) => !isVariant(name))])].map((name) => {
      const container = Object.fromEntries(
        RESOURCES.map((resource) => [
          resource,
          good.get(name)?.[resource] ?? readable(author.get(name)?.[resource] ?? {}),
        ]),
      )
      return [name, container as ContainerValues]
    }),
  )
}

/** Whether a container gets a lower request or limit. */
export function takesAway(given: ContainerValues | undefined, before: ContainerValues | undefined): boolean {
  return RESOURCES.some((resource) => {
    const [now, had]: (Allotment | undefined)[] = [given?.[resource], before?.[resource]]
    return (['request', 'limit'] as const).some((field) => isLower(now?.[field], had?.[field]))
  })
}

/**
 * Whether a revision leaves any container with less than before: a lower request, or a tighter limit that its Pods get. A revision has
 * a limit even where the limits policy gives Pods no limit, or their author's.
 */
export function givesLess(
  revision: Revision,
  {
    before,
    author,
    carriers,
  }: {
    readonly before: Values
    readonly author: ReadonlyMap<string, ContainerResources>
    readonly carriers: readonly PodHealth[]
  },
): boolean {
  return [...readValues(revision.containers)].some(([name, given]) =>
    RESOURCES.some((resource) => {
      const [is, was] = [given[resource], before.get(name)?.[resource]]
      if (!is) return false
      if (isLower(is.request, was?.request)) return true
      if (is.limit === undefined || (was?.limit !== undefined && is.limit >= was.limit)) return false
      const written = readable(author.get(name)?.[resource] ?? {}).limit
      return carriers.some(({ containers }) => {
        const { limit } = readable(containers.get(name)?.spec[resource] ?? {})
        return limit !== undefined && (written === undefined || limit < written)
      })
    }),
  )
}

function isLower(is: bigint | undefined, was: bigint | undefined): boolean {
  return is !== undefined && was !== undefined && is < was
}
