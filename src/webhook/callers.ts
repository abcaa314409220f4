import { hash, timingSafeEqual } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import { isPathKey, PLAIN } from '../api/index.ts'
import type { Logger, Metrics } from '../telemetry/index.ts'
import type { ErrorCode } from './errors.ts'

/** Conditions that the client certificate of the API server must meet. */
export interface ClientCertificate {
  /** Authorities, one of which must have signed it (PEM). */
  readonly ca: string
  /** Common name of its subject; any if undefined. */
  readonly name?: string | undefined
}

/** How the webhook recognizes the API server. If neither option is set, every caller counts as the API server. */
export interface CallerOptions {
  /** Returns the keys that a path may contain, `PLAIN` for a path without one. While it returns undefined, any path is accepted. */
  readonly pathKeys?: (() => readonly string[] | undefined) | undefined
  readonly clientCertificate?: ClientCertificate | undefined
}

/** Reason why a caller does not count as the API server. */
export type Stranger = Extract<ErrorCode, 'CallerWithoutKey' | 'CallerWithoutCertificate'>

/**
 * Returns why a caller does not count as the API server; undefined if it does.
 *
 * @param key the part of the request's path after the mode; undefined if there is none
 */
export function strangerIn(
  socket: TLSSocket,
  key: string | undefined,
  { pathKeys, clientCertificate }: CallerOptions,
): Stranger | undefined {
  const accepted = pathKeys?.()
  if (accepted && !isAccepted(key, accepted)) return 'CallerWithoutKey'
  return clientCertificate && !presents(socket, clientCertificate) ? 'CallerWithoutCertificate' : undefined
}

/** Compares with every key, by hash, so that the duration does not reveal how much of a key was right. */
function isAccepted(key: string | undefined, accepted: readonly string[]): boolean {
  if (key === undefined) return accepted.includes(PLAIN)
  const digest = digestOf(key)
  return digestsOf(accepted).filter((one) => timingSafeEqual(one, digest)).length > 0
}

/** Hashes of the keys of each list. The list object stays the same while its keys do. */
const DIGESTS = new WeakMap<readonly string[], readonly Buffer[]>()

function digestsOf(accepted: readonly string[]): readonly Buffer[] {
  const digests = DIGESTS.get(accepted) ?? accepted.filter(isPathKey).map(digestOf)
  DIGESTS.set(accepted, digests)
  return digests
}

function digestOf(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}

function presents(socket: TLSSocket, { name }: ClientCertificate): boolean {
  const certificate = socket.getPeerX509Certificate()
  if (!socket.authorized || !certificate) return false
  return name === undefined || certificate.toLegacyObject().subject?.CN === name
}

const LOG_EVERY_MILLISECONDS = 60_000

/** Counts reviews of callers that are not recognized, and logs their number at most once a minute. It never logs a path, which may contain a key. */
export class Strangers {
  readonly #metrics: Metrics
  readonly #logger: Logger
  readonly #elapsed: () => number
  #loggedAt = Number.NEGATIVE_INFINITY
  #unlogged = 0

  /** @param elapsed monotonic clock, milliseconds */
  constructor(metrics: Metrics, logger: Logger, elapsed = () => performance.now()) {
    this.#metrics = metrics
    this.#logger = logger
    this.#elapsed = elapsed
    for (const lacks of Object.values(LACKS)) metrics.admissionStrangers.inc({ lacks }, 0)
  }

  count(stranger: Stranger): void {
    const lacks = LACKS[stranger]
    this.#metrics.admissionStrangers.inc({ lacks })
    this.#unlogged++
    const now = this.#elapsed()
    if (now - this.#loggedAt < LOG_EVERY_MILLISECONDS) return
    this.#logger.warn(
      { lacks, reviews: this.#unlogged },
      'reviews were answered without a patch: their caller may not be the API server',
    )
    this.#loggedAt = now
    this.#unlogged = 0
  }
}

const LACKS: Readonly<Record<Stranger, 'key' | 'certificate'>> = {
  CallerWithoutKey: 'key',
  CallerWithoutCertificate: 'certificate',
}
