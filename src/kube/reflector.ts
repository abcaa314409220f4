import { backoffMilliseconds, pause, systemTime, type Time } from '../clock/index.ts'
import type { KubeClient, Projection, Selection } from './client.ts'
import { KubeError } from './errors.ts'
import type { KubeObject, ResourceType } from './resource.ts'
import { Scope } from './scope.ts'

/**
 * Time without an event after which a watch counts as dead. The API server sends a bookmark every minute, so three are
 * missing.
 */
const IDLE_MILLISECONDS = 3 * 60_000
/**
 * Shortest life of a watch. It is renewed after 5 to 10 minutes, as in client-go's reflector, so that not all watches
 * are renewed at the same time.
 */
const LIFE_SECONDS = 5 * 60
/** Life below which a watch counts as failed: ending and restarting must not become a tight loop. */
const STEADY_MILLISECONDS = 5_000
/** Waits after failures, with full jitter, so that clients that failed together do not retry together. */
const BACKOFF = { baseMilliseconds: 500, longestMilliseconds: 30_000, jitter: 1 }
/** Longest Retry-After that is respected. */
const MAX_RETRY_AFTER_MILLISECONDS = 60_000

/** Number of answers "internal error" in a row after which a version counts as lost. */
const PATIENCE = 5

/** Handlers of the objects. `Kept` is what `trim` returns. No handler may be asynchronous. */
export interface ReflectorHandlers<T extends KubeObject, Kept> {
  /** Reduces an object to what is worth its memory. If it throws, the object is left out and reported. */
  trim(object: T): Kept
  /** Called with all objects; everything known before must be forgotten. */
  onReplace(all: Kept[]): void
  /** Called when an object was created or changed. */
  onUpsert(object: Kept): void
  /** Called with the last state of an object that was deleted or is no longer selected. */
  onDelete(object: Kept): void
  /**
   * Called when something failed. `retryMilliseconds` is the time until the next attempt; undefined if only one object
   * was left out and everything else continues.
   */
  onTrouble(error: Error, retryMilliseconds: number | undefined): void
  /**
   * Called when the copy is up to date: after a list, a change or a bookmark, of which the server sends one every
   * minute.
   */
  onHeard?(): void
}

/**
 * Options of a reflector. With `columns`, `trim` gets `Row`s, or whole objects if the server does not know those
 * columns.
 */
export interface ReflectorOptions<T extends KubeObject, Kept>
  extends Selection,
    Projection,
    ReflectorHandlers<T, Kept> {
  readonly client: KubeClient
  readonly type: ResourceType
  /** Version of the type that has the columns; `type` if undefined. Without it, whole objects of `type` are read. */
  readonly columnsType?: ResourceType
  /** Objects in one page of a list; 500 by default. */
  readonly pageSize?: number
  readonly time?: Time | undefined
}

/**
 * Keeps a copy of a collection up to date: lists it, then watches it. After any failure, it continues from the last
 * version that it has seen, or lists again if the server no longer knows that version. It stops only when the signal
 * aborts.
 */
export class Reflector<T extends KubeObject, Kept> {
  readonly #options: ReflectorOptions<T, Kept>
  readonly #time: Time
  #synced = false
  /** Last resource version seen; undefined if everything must be listed again. */
  #version: string | undefined
  /** Columns that are requested; undefined if none are wanted, or if the server did not know them at the last list. */
  #columns: readonly string[] | undefined

  constructor(options: ReflectorOptions<T, Kept>) {
    this.#options = options
    this.#time = options.time ?? systemTime
  }

  /** True once the first list was complete, even during later failures: old data is better than none. */
  get isSynced(): boolean {
    return this.#synced
  }

  /** Runs until the signal aborts. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; ) {
      let steady = false
      const isNew = this.#version === undefined
      const error = await this.#follow(signal, () => {
        steady = true
      })
      if (signal.aborted) return
      if (steady) failures = 0
      if (!error) continue
      // The server answers again, so earlier failures are over, unless it has already forgotten the version that it has just listed.
      if (!isNew && error instanceof KubeError && error.status === 410) failures = 0
      const wait = this.#wait(error, failures++)
      if (mustList(error, failures)) this.#version = undefined
      this.#report(error, wait)
      await pause(this.#time, wait, signal)
    }
  }

  /** Lists if necessary, then watches until the watch ends. Returns why it ended; undefined if it ended normally. */
  async #follow(signal: AbortSignal, onSteady: () => void): Promise<Error | undefined> {
    let openedAt = Number.POSITIVE_INFINITY
    const steady = () => this.#time.elapsed() - openedAt >= STEADY_MILLISECONDS
    try {
      this.#version ??= await this.#list(signal)
      await this.#watch(this.#version, signal, () => {
        openedAt = this.#time.elapsed()
      })
      if (steady()) return undefined
      return new KubeError('WatchEnded', `the server ended the watch of ${this.#what} as soon as it had begun`)
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    } finally {
      if (steady()) onSteady()
    }
  }

  /** Lists everything, as columns if they are wanted, and as whole objects if the server does not know the columns. */
  async #list(signal: AbortSignal): Promise<string> {
    this.#columns = this.#options.columns
    try {
      return await this.#listAll(signal)
    } catch (cause) {
      const error = this.#asNoSuchColumn(cause)
      if (!error) throw cause
      this.#columns = undefined
      this.#report(error, 0)
      return await this.#listAll(signal)
    }
  }

  /** The error for a server that does not know the columns; undefined if something else went wrong. */
  #asNoSuchColumn(error: unknown): KubeError | undefined {
    if (!(error instanceof KubeError)) return undefined
    if (error.reason === 'NoSuchColumn') return error
    const { columnsType } = this.#options
    if (!columnsType || error.status !== 404) return undefined
    const { apiVersion, plural } = columnsType
    return new KubeError('NoSuchColumn', `the server does not serve ${plural} at ${apiVersion}`, { cause: error })
  }

  /** Reads all objects, passes them on together, and returns the version of the list. */
  async #listAll(signal: AbortSignal): Promise<string> {
    const { client, pageSize } = this.#options
    const all: Kept[] = []
    let version = ''
    for await (const page of client.list<T>(this.#type, { ...this.#selection, pageSize, signal })) {
      for (const object of page.items) this.#keep(object, (kept) => all.push(kept))
      version = page.resourceVersion
    }
    if (version === '')
      throw new KubeError('Malformed', `the list of ${this.#what} has no resourceVersion to watch from`)
    this.#options.onReplace(all)
    this.#synced = true
    this.#options.onHeard?.()
    return version
  }

  async #watch(resourceVersion: string, signal: AbortSignal, onOpen: () => void): Promise<void> {
    const { client } = this.#options
    const lifeSeconds = Math.round(LIFE_SECONDS * (1 + this.#time.random()))
    const scope = new Scope(signal, this.#time)
    const watchdog = this.#startWatchdog(scope)
    try {
      const options = { ...this.#selection, resourceVersion, lifeSeconds, signal: scope.signal, onOpen }
      for await (const event of client.watch<T>(this.#type, options)) {
        watchdog.heard()
        if (event.type === 'DELETED') this.#keep(event.object, (kept) => this.#options.onDelete(kept))
        else if (event.type !== 'BOOKMARK') this.#keep(event.object, (kept) => this.#options.onUpsert(kept))
        this.#version = event.resourceVersion
        this.#options.onHeard?.()
      }
    } finally {
      watchdog.stop()
      scope.end()
    }
  }

  /** Aborts a watch in which nothing happens any more. It uses one timer, however many events there are. */
  #startWatchdog(scope: Scope) {
    let heardAt = this.#time.elapsed()
    let cancel = () => {}
    const look = () => {
      const left = heardAt + IDLE_MILLISECONDS - this.#time.elapsed()
      if (left > 0) cancel = this.#time.after(left, look)
      else
        scope.abort(
          new KubeError(
            'TimedOut',
            `the watch of ${this.#what} delivered no event and no bookmark for ${IDLE_MILLISECONDS / 60_000} minutes`,
          ),
        )
    }
    look()
    return {
      heard: () => {
        heardAt = this.#time.elapsed()
      },
      stop: () => cancel(),
    }
  }

  /** Handles one object. If it cannot be read or handled, it is reported, and the others are not affected. */
  #keep(object: T, handle: (kept: Kept) => void): void {
    try {
      handle(this.#options.trim(object))
    } catch (cause) {
      const { namespace = '', name = '(no name)' } = object?.metadata ?? {}
      const what = `${this.#options.type.kind} ${namespace && `${namespace}/`}${name} was left out`
      this.#report(
        new Error(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause }),
        undefined,
      )
    }
  }

  #report(error: Error, retryMilliseconds: number | undefined): void {
    try {
      this.#options.onTrouble(error, retryMilliseconds)
    } catch {
      // An error in the caller's handler must not stop the reflector.
    }
  }

  #wait(error: Error, failures: number): number {
    const asked = error instanceof KubeError ? (error.retryAfterMilliseconds ?? 0) : 0
    const backoff = backoffMilliseconds(BACKOFF, failures, this.#time.random())
    // The backoff is added, because the server asks all clients to wait for the same time.
    return Math.min(asked, MAX_RETRY_AFTER_MILLISECONDS) + backoff
  }

  get #type(): ResourceType {
    const { type, columnsType } = this.#options
    return (this.#columns && columnsType) ?? type
  }

  get #selection(): Selection & Projection {
    const { namespace, labelSelector, fieldSelector } = this.#options
    return { namespace, labelSelector, fieldSelector, columns: this.#columns }
  }

  get #what(): string {
    const { type, namespace } = this.#options
    return namespace ? `${type.plural} in ${namespace}` : type.plural
  }
}

/**
 * Whether everything must be listed again, because the watch cannot continue from this version: it is too old (410), it
 * is unknown (400, or `ResourceVersionTooLarge` after etcd was restored from a backup), the type is gone (404), the
 * server fails on it repeatedly, or the answer could not be understood or has other columns now, so that something may
 * have been missed. Continuing is right if nobody answered, access was refused or the server was overloaded.
 */
function mustList(error: Error, failures: number): boolean {
  if (!(error instanceof KubeError)) return true
  if (['Malformed', 'NoSuchColumn', 'TooLarge'].includes(error.reason)) return true
  if (error.causes.includes('ResourceVersionTooLarge')) return true
  const { status = 0 } = error
  return status === 400 || status === 404 || status === 410 || (status === 500 && failures >= PATIENCE)
}
