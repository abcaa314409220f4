import type { IncomingMessage } from 'node:http'
import { readObject, readPlain, requireSuccess } from './answer.ts'
import type { Credentials } from './credentials.ts'
import { errorOfConnection, KubeError } from './errors.ts'
import { type Exchange, Http } from './http.ts'
import { lines } from './lines.ts'
import { PODS } from './native-types.ts'
import { type KubeObject, type ObjectName, pathOf, queryOf, type ResourceType } from './resource.ts'
import { Scope } from './scope.ts'
import { ACCEPT_TABLE, isTable, TableReader } from './table.ts'
import { TokenBucket } from './token-bucket.ts'
import { parseWatchEvent, type WatchEvent } from './watch-event.ts'

/** Default field manager of the fields that Plimsoll applies. */
const FIELD_MANAGER = 'plimsoll'

const REQUEST_MILLISECONDS = 30_000
/**
 * Default number of objects in a page, as in kubectl and client-go. A page is held in memory as text and as objects.
 */
const PAGE_SIZE = 500
/** Largest watch event. As JSON, an object is larger than in etcd, which takes 1.5 MiB. */
const MAX_EVENT_BYTES = 16 * 1024 * 1024
/** Default rate of writes: the budget in DESIGN, because etcd is small and shared. */
const WRITES = { perSecond: 5, burst: 10 }

export interface ClientOptions {
  readonly credentials: Credentials
  /** Version of Plimsoll, for the User-Agent header. */
  readonly version: string
  /** Rate limit of all writes of this client; 5 per second with a burst of 10 by default. */
  readonly writes?: TokenBucket
}

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined
  /** Time limit of the whole exchange; 30 s by default. */
  readonly timeoutMilliseconds?: number
}

export interface GetOptions extends RequestOptions {
  /** Subresource to read, such as `scale`. */
  readonly subresource?: string
}

/** Selects objects of a type; without a namespace, those of all namespaces. */
export interface Selection {
  readonly namespace?: string | undefined
  readonly labelSelector?: string | undefined
  readonly fieldSelector?: string | undefined
}

/** Selects what to read of each object. */
export interface Projection {
  /**
   * Read only these columns of `kubectl get`. The items are then `Row`s, or whole objects if the server does not
   * support Tables.
   */
  readonly columns?: readonly string[] | undefined
}

export interface ListOptions extends Selection, Projection, RequestOptions {
  /** Objects in one page; 500 by default. The time limit applies to each page. */
  readonly pageSize?: number | undefined
}

export interface WatchOptions extends Selection, Projection {
  /** Resource version after which the watch starts. */
  readonly resourceVersion: string
  /** Time after which the server should end the watch. */
  readonly lifeSeconds: number
  readonly signal?: AbortSignal | undefined
  /** Called when the server has accepted the watch. */
  onOpen?(): void
}

export interface WriteOptions extends RequestOptions {
  /** Whether the server should validate and admit the write, but not store it. */
  readonly dryRun?: boolean
  /** Whether the write skips the rate limit, because it is useless if it is late (Leases). */
  readonly urgent?: boolean
}

export interface DeleteOptions extends WriteOptions {
  /** What happens to its dependents. By default, the API server decides, which leaves the Pods of a Job. */
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan'
}

export interface ApplyOptions extends WriteOptions {
  /** Whether to take over fields that another manager owns, instead of failing with `Conflict`. */
  readonly force?: boolean
  /** Subresource to write, such as `status`. */
  readonly subresource?: string
  /**
   * Owner of the fields; `plimsoll` by default. When an owner applies an object, it gives up the fields that it owned
   * and does not apply again.
   */
  readonly fieldManager?: string
}

export interface Page<T> {
  readonly items: readonly T[]
  /**
   * Version of the whole list, the same on each of its pages; empty for objects that are not stored, such as metrics.
   */
  readonly resourceVersion: string
}

/**
 * A small client of the Kubernetes API. Every method throws a KubeError, or the reason of the signal that stopped it.
 * Times and sizes are bounded, and so is the rate of writes.
 */
export class KubeClient {
  readonly #http: Http
  readonly #writes: TokenBucket

  constructor({ credentials, version, writes = new TokenBucket(WRITES) }: ClientOptions) {
    this.#http = new Http(credentials, `plimsoll/${version}`)
    this.#writes = writes
  }

  async get<T extends KubeObject>(type: ResourceType, of: ObjectName, options: GetOptions = {}): Promise<T> {
    const { subresource } = options
    return await this.#ask<T>({ method: 'GET', path: pathOf(type, { ...of, subresource }) }, options)
  }

  /** Reads the text at a path that is not an object: `/metrics`, or the answer of a Pod through the API server's proxy. */
  async text(path: string, options: RequestOptions = {}): Promise<string> {
    return await this.#exchange({ method: 'GET', path }, readPlain, options)
  }

  /**
   * The objects of a collection, page by page, all in their state at one time. That time is now, not the time of a server's cache
   * (`resourceVersion=0`): two readings must never go back in time (docs/decisions/0011).
   */
  async *list<T extends KubeObject>(type: ResourceType, options: ListOptions = {}): AsyncGenerator<Page<T>> {
    const table = options.columns && new TableReader(options.columns)
    let next: string | undefined
    do {
      const exchange = exchangeOf(type, options, { limit: options.pageSize ?? PAGE_SIZE, continue: next })
      const { metadata, ...list } = await this.#ask<RawList<T>>(exchange, options)
      const asked = this.#http.describe(exchange)
      const items = table && isTable(list) ? (table.read(asked, list) as KubeObject[] as T[]) : (list.items ?? [])
      if (!metadata || !Array.isArray(items)) throw new KubeError('Malformed', `${asked}: the answer is not a list`)
      yield { items, resourceVersion: metadata.resourceVersion ?? '' }
      next = metadata.continue
    } while (next)
  }

  /**
   * Changes after a version, with bookmarks, until the server ends the watch. An incomplete last event is dropped, because the next
   * watch delivers it again.
   *
   * @throws KubeError also for an `ERROR` event
   */
  async *watch<T extends KubeObject>(type: ResourceType, options: WatchOptions): AsyncGenerator<WatchEvent<T>> {
    const { resourceVersion, lifeSeconds: timeoutSeconds, signal, columns } = options
    const watching = { watch: 'true', allowWatchBookmarks: 'true', resourceVersion, timeoutSeconds }
    const exchange = exchangeOf(type, options, watching)
    const table = columns && new TableReader(columns)
    const asked = this.#http.describe(exchange)
    const tooLong = () => new KubeError('TooLarge', `${asked}: an event is larger than ${MAX_EVENT_BYTES} bytes`)
    const scope = new Scope(signal)
    try {
      const started = scope.expire(REQUEST_MILLISECONDS, () => timedOut(asked, REQUEST_MILLISECONDS))
      const response = await this.#http.send(exchange, scope.signal)
      await requireSuccess(asked, response)
      started()
      options.onOpen?.()
      for await (const line of lines(response, MAX_EVENT_BYTES, tooLong)) yield parseWatchEvent<T>(asked, line, table)
    } catch (error) {
      scope.signal.throwIfAborted()
      throw errorOfConnection(asked, error)
    } finally {
      scope.end()
    }
  }

  /**
   * Creates an object.
   *
   * @throws KubeError `AlreadyExists` if there is an object with that name
   */
  async create<T extends KubeObject>(
    type: ResourceType,
    object: T,
    options: WriteOptions & Pick<ApplyOptions, 'fieldManager'> = {},
  ): Promise<T> {
    const path = pathOf(type, { namespace: object.metadata.namespace }) + writeQuery(options)
    return await this.#write<T>({ method: 'POST', path, ...bodyOf(type, object) }, options)
  }

  /**
   * Replaces an object.
   *
   * @throws KubeError `Conflict` if it is no longer at `metadata.resourceVersion`
   */
  async update<T extends KubeObject>(type: ResourceType, object: T, options: WriteOptions = {}): Promise<T> {
    const path = pathOf(type, nameOf(object)) + writeQuery(options)
    return await this.#write<T>({ method: 'PUT', path, ...bodyOf(type, object) }, options)
  }

  /**
   * Server-side apply: sets the given fields and creates the object if necessary. It removes fields that an earlier
   * apply of the same field manager set and this one does not, and leaves the fields of other managers alone.
   *
   * @throws KubeError `Conflict` if `metadata.resourceVersion` is given and the object is at another version
   */
  async apply<T extends KubeObject>(type: ResourceType, object: T, options: ApplyOptions = {}): Promise<T> {
    const path = pathOf(type, { ...nameOf(object), subresource: options.subresource }) + writeQuery(options)
    // JSON is YAML.
    const body = bodyOf(type, object, 'application/apply-patch+yaml')
    return await this.#write<T>({ method: 'PATCH', path, ...body }, options)
  }

  /** Changes the given fields, and removes those that are null (JSON merge patch, RFC 7386). */
  async mergePatch(
    type: ResourceType,
    of: ObjectName,
    body: Readonly<Record<string, unknown>>,
    options: WriteOptions & Pick<ApplyOptions, 'fieldManager'> = {},
  ): Promise<KubeObject> {
    return await this.#patch('application/merge-patch+json', type, of, body, options)
  }

  /**
   * Changes the given fields; items of lists with a merge key, such as containers, are found by it (strategic merge patch). Only native
   * Kubernetes types support it.
   *
   * @throws KubeError `Conflict` if `metadata.resourceVersion` is given and the object is at another version
   */
  async strategicPatch(
    type: ResourceType,
    of: ObjectName & { readonly subresource?: string },
    body: Readonly<Record<string, unknown>>,
    options: WriteOptions & Pick<ApplyOptions, 'fieldManager'> = {},
  ): Promise<KubeObject> {
    return await this.#patch('application/strategic-merge-patch+json', type, of, body, options)
  }

  /**
   * Deletes an object.
   *
   * @throws KubeError `NotFound` if there is none, `Conflict` if it has another uid or is at another version
   */
  async delete(
    type: ResourceType,
    {
      uid,
      resourceVersion,
      ...of
    }: ObjectName & { readonly uid?: string | undefined; readonly resourceVersion?: string | undefined },
    { propagation, ...options }: DeleteOptions = {},
  ) {
    const path = pathOf(type, of) + queryOf({ dryRun: options.dryRun ? 'All' : undefined })
    const preconditions = (uid ?? resourceVersion) === undefined ? undefined : { uid, resourceVersion }
    const body = JSON.stringify({ preconditions, propagationPolicy: propagation })
    await this.#write({ method: 'DELETE', path, contentType: 'application/json', body }, options)
  }

  /**
   * Evicts a Pod if its PodDisruptionBudgets allow it; with `dryRun`, only asks whether they do.
   *
   * @throws KubeError with status 429 if they do not, `Conflict` if the Pod has another uid
   */
  async evict({ namespace, name, uid }: ObjectName & { readonly uid: string }, options: WriteOptions = {}) {
    const path =
      pathOf(PODS, { namespace, name, subresource: 'eviction' }) +
      queryOf({ dryRun: options.dryRun ? 'All' : undefined })
    const deleteOptions = { preconditions: { uid } }
    const body = JSON.stringify({
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { namespace, name },
      deleteOptions,
    })
    await this.#write({ method: 'POST', path, contentType: 'application/json', body }, options)
  }

  /** Closes idle connections; requests in progress continue. */
  close(): void {
    this.#http.close()
  }

  async #patch(
    contentType: string,
    type: ResourceType,
    of: ObjectName & { readonly subresource?: string },
    body: Readonly<Record<string, unknown>>,
    options: WriteOptions & Pick<ApplyOptions, 'fieldManager'>,
  ): Promise<KubeObject> {
    const path = pathOf(type, of) + writeQuery(options)
    return await this.#write<KubeObject>({ method: 'PATCH', path, contentType, body: JSON.stringify(body) }, options)
  }

  async #write<T>(exchange: Exchange, options: WriteOptions): Promise<T> {
    if (!options.urgent) await this.#writes.take(options.signal)
    return await this.#ask<T>(exchange, options)
  }

  async #ask<T>(exchange: Exchange, options: RequestOptions): Promise<T> {
    return await this.#exchange(exchange, readObject<T>, options)
  }

  async #exchange<T>(
    exchange: Exchange,
    read: (asked: string, response: IncomingMessage) => Promise<T>,
    options: RequestOptions,
  ): Promise<T> {
    const { signal, timeoutMilliseconds = REQUEST_MILLISECONDS } = options
    const asked = this.#http.describe(exchange)
    const scope = new Scope(signal)
    try {
      scope.expire(timeoutMilliseconds, () => timedOut(asked, timeoutMilliseconds))
      return await read(asked, await this.#http.send({ ...exchange, mayCompress: true }, scope.signal))
    } catch (error) {
      scope.signal.throwIfAborted()
      throw errorOfConnection(asked, error)
    } finally {
      scope.end()
    }
  }
}

interface RawList<T> {
  readonly items?: readonly T[] | null
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string }
}

/** The GET request for objects of a collection. */
function exchangeOf(
  type: ResourceType,
  { namespace, labelSelector, fieldSelector, columns }: Selection & Projection,
  query: Parameters<typeof queryOf>[0],
): Exchange {
  const asked = queryOf({ labelSelector, fieldSelector, includeObject: columns && 'None', ...query })
  return { method: 'GET', path: pathOf(type, { namespace }) + asked, ...(columns && { accept: ACCEPT_TABLE }) }
}

function timedOut(asked: string, milliseconds: number): KubeError {
  return new KubeError('TimedOut', `${asked}: no answer within ${milliseconds / 1000} s`)
}

function nameOf({ metadata: { namespace, name } }: KubeObject): ObjectName {
  if (!name) throw new Error('metadata.name is missing: an object can be written only under a name')
  return { namespace, name }
}

function writeQuery({ dryRun, force, fieldManager = FIELD_MANAGER }: ApplyOptions): string {
  return queryOf({
    fieldManager,
    force: force ? 'true' : undefined,
    dryRun: dryRun ? 'All' : undefined,
  })
}

function bodyOf({ apiVersion, kind }: ResourceType, object: KubeObject, contentType = 'application/json') {
  return { contentType, body: JSON.stringify({ ...object, apiVersion, kind }) }
}
