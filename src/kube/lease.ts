import { pause, systemTime, type Time } from '../clock/index.ts'
import type { KubeClient } from './client.ts'
import { KubeError, unlessMissing } from './errors.ts'
import { freeAt, held, LEASES, type Lease, type LeaseSpec, released, type Sighting, sight } from './lease-record.ts'
import type { ObjectName } from './resource.ts'
import { Scope } from './scope.ts'

/**
 * Duration of a Lease. This and the next two times are those of kube-controller-manager, kube-scheduler and
 * controller-runtime.
 */
export const LEASE_MILLISECONDS = 15_000
const RENEW_DEADLINE_MILLISECONDS = 10_000
const RETRY_MILLISECONDS = 2_000
/** Jitter of the retries: candidates that wait try every 2 s to 4.4 s, each at its own pace. */
const JITTER = 1.2

export interface LeadershipOptions {
  readonly client: KubeClient
  /** Name of the Lease; its namespace must exist. */
  readonly lease: ObjectName
  /**
   * Identity, unique among the candidates: the name of the Pod, with a random part if a process may be started twice.
   */
  readonly identity: string
  /** Called when an attempt to take or renew the Lease has failed. It is tried again. */
  onTrouble(error: Error): void
  readonly time?: Time
}

/**
 * Waits until this process leads, runs `work`, and leads until that is done; then another process may. The signal
 * passed to `work` aborts when leadership is lost or `signal` aborts. `work` must stop then; until it has, nobody else
 * gets the Lease while it can be kept. After a loss, this waits for the next turn. Returns when `signal` aborts or
 * `work` is done; throws what `work` throws.
 *
 * The protocol and its times are those of client-go (tools/leaderelection/leaderelection.go, coordination.k8s.io/v1
 * Leases), and so are its limits: a process that is stopped as a whole for more than 5 s may believe for a moment that
 * it leads beside another one. What `work` writes must tolerate that.
 */
export async function whileLeading(
  options: LeadershipOptions,
  work: (leading: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const candidate = new Candidate(options)
  while (!signal.aborted) {
    if (!(await candidate.acquire(signal))) return
    const leading = new Scope(signal)
    const working = new AbortController()
    const renewing = candidate.renew(working.signal, (reason) => leading.abort(reason))
    try {
      await work(leading.signal)
      if (!leading.signal.aborted) return
    } catch (error) {
      // Work that stopped because leadership ended has not failed.
      if (!leading.signal.aborted) throw error
      if (error !== leading.signal.reason) options.onTrouble(error as Error)
    } finally {
      leading.end()
      working.abort()
      await renewing
      await candidate.release()
    }
  }
}

class Candidate {
  readonly #options: LeadershipOptions
  readonly #time: Time
  #seen: Sighting | undefined
  /**
   * Time until which this process may rely on its leadership, because nobody else can have taken the Lease; 0 if it
   * does not lead.
   */
  #safeUntil = 0

  constructor(options: LeadershipOptions) {
    this.#options = options
    this.#time = options.time ?? systemTime
  }

  get leads(): boolean {
    // Stryker disable next-line EqualityOperator: at exactly that time, the deadline of `renew` has already ended it
    return this.#time.elapsed() < this.#safeUntil
  }

  /** Waits for the Lease. Returns true once this process leads, and false if the signal aborted first. */
  async acquire(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      if (await this.#attempt(signal)) return true
      await pause(this.#time, RETRY_MILLISECONDS * (1 + JITTER * this.#time.random()), signal)
    }
    return false
  }

  /** Keeps the Lease until `signal` aborts, or reports why it could not. Never throws. */
  async renew(signal: AbortSignal, onLost: (reason: Error) => void): Promise<void> {
    const scope = new Scope(signal, this.#time)
    const { namespace = '', name } = this.#options.lease
    const lost = (why: string) => {
      this.#safeUntil = 0
      onLost(new Error(`No longer the leader by Lease ${namespace}/${name}: ${why}`))
    }
    const late = () => new Error('it could not be renewed in time')
    scope.expire(this.#safeUntil - this.#time.elapsed(), late)
    scope.signal.addEventListener('abort', () => !signal.aborted && lost(scope.signal.reason.message))
    while (!scope.signal.aborted) {
      await pause(this.#time, RETRY_MILLISECONDS, scope.signal)
      // Stryker disable next-line ConditionalExpression: with an aborted signal, an attempt sends nothing and changes nothing
      if (scope.signal.aborted) break
      if (await this.#attempt(scope.signal)) scope.expire(this.#safeUntil - this.#time.elapsed(), late)
      else if (this.#holder !== this.#options.identity) scope.abort(new Error(`${this.#holder || 'nobody'} holds it`))
    }
    scope.end()
  }

  /** Releases the Lease if this process still holds it, so that the next one need not wait. Never throws. */
  async release(): Promise<void> {
    const lease = this.#seen?.lease
    const holds = this.leads && this.#holder === this.#options.identity
    this.#safeUntil = 0
    if (!holds || !lease) return
    try {
      await this.#letGo(lease).catch(async (error) => {
        if (!isConflict(error)) throw error
        // The interrupted renewal may have been stored, or somebody else may have the Lease now.
        const { client, lease: name } = this.#options
        const newer = await client.get<Lease>(LEASES, name, { timeoutMilliseconds: RENEW_DEADLINE_MILLISECONDS })
        if (newer.spec?.holderIdentity === this.#options.identity) await this.#letGo(newer)
      })
    } catch (error) {
      this.#options.onTrouble(error as Error)
    }
  }

  get #holder(): string {
    return this.#seen?.lease.spec?.holderIdentity ?? ''
  }

  /** Tries once to take or renew the Lease. Never throws. */
  async #attempt(signal: AbortSignal): Promise<boolean> {
    // Count from before the request: the server may have stored it at any time since.
    const began = this.#time.elapsed()
    try {
      if (!(await this.#takeOrRenew(signal))) return false
      this.#safeUntil = began + RENEW_DEADLINE_MILLISECONDS
      return true
    } catch (error) {
      // Somebody was faster, which the next attempt will show.
      const raced = isConflict(error) || (error instanceof KubeError && error.reason === 'AlreadyExists')
      if (!signal.aborted && !raced) this.#options.onTrouble(error as Error)
      return false
    }
  }

  async #takeOrRenew(signal: AbortSignal): Promise<boolean> {
    const { client, identity, lease: name } = this.#options
    const request = { signal, timeoutMilliseconds: RENEW_DEADLINE_MILLISECONDS }
    const lease = await client.get<Lease>(LEASES, name, request).catch(unlessMissing)
    const spec = (previous?: LeaseSpec) => held(previous, identity, LEASE_MILLISECONDS, this.#time.now())
    if (!lease) {
      const created = await client.create<Lease>(
        LEASES,
        { metadata: { ...name }, spec: spec() },
        { ...request, urgent: true },
      )
      this.#seen = sight(undefined, created, this.#time.elapsed())
      return true
    }
    this.#seen = sight(this.#seen, lease, this.#time.elapsed())
    if (this.#holder !== identity && this.#time.elapsed() < freeAt(this.#seen)) return false
    await this.#write({ ...lease, spec: spec(lease.spec) }, signal)
    return true
  }

  /** Writes the release. It does not use the caller's signal, which has aborted by now. */
  async #letGo(lease: Lease): Promise<void> {
    await this.#write({ ...lease, spec: released(lease.spec ?? {}, this.#time.now()) })
  }

  async #write(lease: Lease, signal?: AbortSignal): Promise<void> {
    const request = { signal, timeoutMilliseconds: RENEW_DEADLINE_MILLISECONDS, urgent: true }
    const written = await this.#options.client.update(LEASES, lease, request)
    this.#seen = sight(undefined, written, this.#time.elapsed())
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof KubeError && error.reason === 'Conflict'
}
