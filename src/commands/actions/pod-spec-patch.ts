import type { ExplainedResource, Explanation } from '../../sizing/index.ts'

type Amounts = Readonly<Record<string, string | undefined>>

interface ContainerPatch {
  readonly name: string
  readonly resources: { readonly requests: Amounts; readonly limits?: Amounts }
}

/** A strategic-merge patch of a Pod's spec. Containers are merged by name. */
export interface PodSpecPatch {
  readonly initContainers?: readonly ContainerPatch[]
  readonly containers?: readonly ContainerPatch[]
}

/**
 * The patch that writes into a Pod's spec what the webhook would inject.
 *
 * @returns undefined if nothing would change
 */
export function podSpecPatch({ containers }: Pick<Explanation, 'containers'>): PodSpecPatch | undefined {
  const changed = containers.filter(({ resources }) =>
    resources.some(({ author, injected }) => author.request !== injected.request || author.limit !== injected.limit),
  )
  if (changed.length === 0) return undefined
  const list = (isInit: boolean) =>
    changed
      .filter(({ kind }) => (kind === 'container') !== isInit)
      .map(({ name, resources }) => ({ name, resources: resourcesOf(resources) }))
  const [init, app] = [list(true), list(false)]
  return { ...(init.length > 0 && { initContainers: init }), ...(app.length > 0 && { containers: app }) }
}

function resourcesOf(resources: readonly Pick<ExplainedResource, 'resource' | 'injected'>[]) {
  const of = (field: 'request' | 'limit') =>
    Object.fromEntries(
      resources.flatMap(({ resource, injected }) => (injected[field] ? [[resource, injected[field]]] : [])),
    )
  const [requests, limits] = [of('request'), of('limit')]
  return { requests, ...(Object.keys(limits).length > 0 && { limits }) }
}
