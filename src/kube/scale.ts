import type { KubeClient, RequestOptions } from './client.ts'
import { KubeError } from './errors.ts'
import { type KubeObject, type ResourceType, versionPath } from './resource.ts'

/** CrossVersionObjectReference of autoscaling, as an autoscaler names its target. */
export interface ScaleTarget {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
}

type Scale = KubeObject & { readonly status?: { readonly selector?: unknown } }

interface ApiResourceList {
  readonly resources?: readonly { readonly name?: string; readonly kind?: string }[]
}

/**
 * Reads which Pods the target of an autoscaler has, from its `scale` subresource, which works for all kinds.
 *
 * Source: `HorizontalController.reconcileAutoscaler` in pkg/controller/podautoscaler/horizontal.go
 */
export class ScaleReader {
  readonly #client: KubeClient
  /** Plurals by kind, of the API versions that were requested. */
  readonly #plurals = new Map<string, ReadonlyMap<string, string>>()

  constructor(client: KubeClient) {
    this.#client = client
  }

  /**
   * Selector of the target's Pods, as text; undefined if there is no such target, or it selects nothing.
   *
   * @throws KubeError if it cannot be read
   */
  async selectorOf(
    namespace: string,
    { apiVersion, kind, name }: ScaleTarget,
    options: RequestOptions = {},
  ): Promise<string | undefined> {
    try {
      const plural = await this.#pluralOf(apiVersion, kind, options)
      if (plural === undefined) return undefined
      const type: ResourceType = { apiVersion, kind, plural }
      const { status } = await this.#client.get<Scale>(type, { namespace, name }, { ...options, subresource: 'scale' })
      return typeof status?.selector === 'string' && status.selector !== '' ? status.selector : undefined
    } catch (error) {
      if (error instanceof KubeError && error.status === 404) return undefined
      throw error
    }
  }

  async #pluralOf(apiVersion: string, kind: string, options: RequestOptions): Promise<string | undefined> {
    const known = this.#plurals.get(apiVersion)?.get(kind)
    if (known !== undefined) return known
    const plurals = pluralsIn(await this.#client.text(versionPath(apiVersion), options))
    this.#plurals.set(apiVersion, plurals)
    return plurals.get(kind)
  }
}

/** Plurals of the kinds of an API version, by kind. Its subresources have a slash in their name. */
function pluralsIn(text: string): ReadonlyMap<string, string> {
  let list: ApiResourceList | null
  try {
    list = JSON.parse(text)
  } catch {
    list = null
  }
  if (!Array.isArray(list?.resources)) throw new KubeError('Malformed', 'the answer is not a list of resources')
  const plurals = new Map<string, string>()
  for (const resource of list.resources) {
    const { name, kind } = (resource ?? {}) as { name?: unknown; kind?: unknown }
    if (typeof name === 'string' && typeof kind === 'string' && !name.includes('/')) plurals.set(kind, name)
  }
  return plurals
}
