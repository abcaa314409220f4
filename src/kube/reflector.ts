import { pause, systemTime, type Time } from '../clock/index.ts'
import { backoffMilliseconds } from './backoff.ts'
import type { KubeClient, Projection, Selection } from './client.ts'
import { KubeError } from './errors.ts'
import type { KubeObject, ResourceType } from './resource.ts'
import { Scope } from './scope.ts'

/** The API server sends a bookmark every minute; three missing ones are a dead connection. */
const IDLE_MILLISECONDS = 3 * 60_000
/** A watch is renewed after 5 to 10 minutes, spread so that not all come at once: as client-go's reflector does. */
const LIFE_SECONDS = 5 * 60
/** A watch that ends sooner counts as a failure: ending and starting over must not become a tight loop. */
const STEADY_MILLISECONDS = 5_000
/** No Retry-After keeps us away for longer. */
const MAX_RETRY_AFTER_MILLISECONDS = 60_000

/** So many answers of "internal error" to one version in a row make it a lost one. */
const PATIENCE = 5

/** What becomes of the objects. `Kept` is what `trim` leaves of them. Nothing here may be asynchronous. */
export interface ReflectorHandlers<T extends KubeObject, Kept> {
  /** What of an object is worth its memory. When it throws, that object is left out and reported. */
  trim(object: T): Kept
  /** All there is, and nothing else: whatever was known before is to be forgotten. */
  onReplace(all: Kept[]): void
  /** Created or changed. */
  onUpsert(object: Kept): void
  /** Gone, or no longer selected; this is its last state. */
  onDelete(object: Kept): void
  /**
   * Something failed. `retryMilliseconds` is when the next attempt will be; undefined when one object was left out and
   * all else goes on.
   */
  onTrouble(error: Error, retryMilliseconds: number | undefined): void
  /** The copy is as new as the server says: after a list, a change or a bookmark, of which one comes every minute. */
  onHeard?(): void
}

/** With `columns`, `trim` gets `Row`s, and whole objects where the server does not know those columns. */
export interface ReflectorOptions<T extends KubeObject, Kept>
  extends Selection,
    Projection,
    ReflectorHandlers<T, Kept> {
  readonly client: KubeClient
  readonly type: ResourceType
  /** Objects in one page of a list (500). */
  readonly pageSize?: number
  readonly time?: Time | undefined
}

/**
 * Keeps a copy of a collection up to date: lists it, then watches it from there, and whatever happens goes on from the
 * last version that it has seen, or lists again when the server no longer knows that version. It stops only when told.
 */
export class Reflector<T extends KubeObject, Kept> {
  readonly #options: ReflectorOptions<T, Kept>
  readonly #time: Time
  #synced = false
  /** The last one seen; undefined when everything must be listed anew. */
  #version: string | undefined
  /** Undefined where the server did not know them when everything was last listed. */
  #columns: readonly string[] | undefined

  constructor(options: ReflectorOptions<T, Kept>) {
    this.#options = options
    this.#time = options.time ?? systemTime
  }

  /** True from the first complete list on, through every later trouble: old knowledge is better than none. */
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
      // It answers again: what failed before is over, unless it forgets even what it has just listed.
      if (!isNew && error instanceof KubeError && error.status === 410) failures = 0
      const wait = this.#wait(error, failures++)
      if (mustList(error, failures)) this.#version = undefined
      this.#report(error, wait)
      await pause(this.#time, wait, signal)
    }
  }

  /** Lists if need be, then watches until the watch ends; returns why unless that was in good order. */
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

  /** As columns if that is wished, and whole where the server does not know them. */
  async #list(signal: AbortSignal): Promise<string> {
    this.#columns = this.#options.columns
    try {
      return await this.#listAll(signal)
    } catch (error) {
      if (!(error instanceof KubeError && error.reason === 'NoSuchColumn')) throw error
      this.#columns = undefined
      this.#report(error, 0)
      return await this.#listAll(signal)
    }
  }

  /** Reads everything and hands it over in one piece; returns the version that it is of. */
  async #listAll(signal: AbortSignal): Promise<string> {
    const { client, type, pageSize } = this.#options
    const all: Kept[] = []
    let version = ''
    for await (const page of client.list<T>(type, { ...this.#selection, pageSize, signal })) {
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
    const { client, type } = this.#options
    const lifeSeconds = Math.round(LIFE_SECONDS * (1 + this.#time.random()))
    const scope = new Scope(signal, this.#time)
    const watchdog = this.#startWatchdog(scope)
    try {
      const options = { ...this.#selection, resourceVersion, lifeSeconds, signal: scope.signal, onOpen }
      for await (const event of client.watch<T>(type, options)) {
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

  /** Aborts a watch in which nothing happens any more. One timer, however many events there are. */
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
            `the watch of ${this.#what} brought nothing, not even a bookmark, for ${IDLE_MILLISECONDS / 60_000} minutes`,
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

  /** One object that cannot be read or handled must not keep the others from being so. */
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
      // Reporting is the caller's; going on is ours.
    }
  }

  #wait(error: Error, failures: number): number {
    const asked = error instanceof KubeError ? (error.retryAfterMilliseconds ?? 0) : 0
    const backoff = backoffMilliseconds(failures, () => this.#time.random())
    // On top of what was asked for: everybody was asked for the same.
    return Math.min(asked, MAX_RETRY_AFTER_MILLISECONDS) + backoff
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
 * Whether the server will not go on from this version: it is too old (410), unknown (400, or `ResourceVersionTooLarge`
 * after etcd was restored from a backup), the type is gone (404), the server fails on it again and again, or what came
 * could not be understood, so that something may have been missed, or has other columns now. Going on is right when nobody answered, access was
 * refused or the server was overloaded.
 */
function mustList(error: Error, failures: number): boolean {
  if (!(error instanceof KubeError)) return true
  if (['Malformed', 'NoSuchColumn', 'TooLarge'].includes(error.reason)) return true
  if (error.causes.includes('ResourceVersionTooLarge')) return true
  const { status = 0 } = error
  return status === 400 || status === 404 || status === 410 || (status === 500 && failures >= PATIENCE)
}
