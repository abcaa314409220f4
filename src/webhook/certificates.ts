import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { createSecureContext } from 'node:tls'
import type { Logger, Metrics } from '../telemetry/index.ts'

/** A serving certificate (leaf first, then intermediates) and its private key, in PEM. */
export interface KeyPair {
  readonly cert: Buffer
  readonly key: Buffer
}

/** Returns the newest key pair. It is called repeatedly, and rejects if there is none. */
export type CertificateSource = () => Promise<KeyPair>

export interface CertificatesOptions {
  readonly source: CertificateSource
  /** Called with each new key pair that has passed validation. */
  readonly use: (pair: KeyPair) => void
  readonly metrics: Metrics
  readonly logger: Logger
  /** Current Unix time in milliseconds. */
  readonly now: () => number
}

const MAX_PEM_BYTES = 1024 * 1024

/** Reads `tls.crt` and `tls.key` from files. Kubernetes swaps mounted Secrets by symlink, so only reading them again shows a change. */
export function pemFiles(certFile: string, keyFile: string): CertificateSource {
  return async () => ({ cert: await readPem(certFile), key: await readPem(keyFile) })
}

/**
 * The serving certificate, read again at an interval and compared byte by byte, so that no change is missed. If a new pair cannot
 * serve (not PEM, key of another certificate, expired), the old one stays in use.
 */
export class Certificates {
  readonly #options: CertificatesOptions
  #inUse: (KeyPair & { expiresAt: number }) | undefined
  #complaint: string | undefined

  constructor(options: CertificatesOptions) {
    this.#options = options
  }

  /** Why there is no serving certificate; undefined if there is one. */
  get missing(): string | undefined {
    if (!this.#inUse) return this.#complaint ?? 'not read yet'
    return this.#inUse.expiresAt <= this.#options.now() ? 'expired' : undefined
  }

  /** Reads the source once, and uses the pair if it is new and valid. Never rejects. */
  async check(): Promise<void> {
    try {
      // A swap may happen between reading certificate and key, so only a second failure counts.
      await this.#takeNewest().catch(() => this.#takeNewest())
    } catch (error) {
      this.#refuse(error)
    }
  }

  /** Checks the source at an interval until the signal aborts. */
  async watch(everyMilliseconds: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await delay(everyMilliseconds, undefined, { signal, ref: false }).catch(() => {})
      if (!signal.aborted) await this.check()
    }
  }

  async #takeNewest(): Promise<void> {
    const { source, use, metrics, logger, now } = this.#options
    const pair = await source()
    if (this.#inUse && isSame(pair, this.#inUse)) {
      this.#complaint = undefined
      return
    }
    const certificate = validate(pair, now())
    use(pair)
    this.#inUse = { ...pair, expiresAt: certificate.validToDate.getTime() }
    this.#complaint = undefined
    metrics.certificateReloads.inc({ outcome: 'loaded' })
    metrics.certificateExpiry.set(this.#inUse.expiresAt / 1000)
    const { subjectAltName: names, serialNumber } = certificate
    logger.info({ names, serialNumber, expires: certificate.validToDate }, 'serving certificate loaded')
  }

  /** Logs and counts each cause once instead of at every check. */
  #refuse(error: unknown): void {
    const complaint = error instanceof Error ? error.message : String(error)
    if (complaint === this.#complaint) return
    this.#complaint = complaint
    this.#options.metrics.certificateReloads.inc({ outcome: 'refused' })
    const instead = this.#inUse ? 'the one in use stays' : 'there is none to serve with'
    this.#options.logger.warn({ problem: complaint }, `serving certificate refused: ${instead}`)
  }
}

/**
 * Checks that a pair can serve, and returns its leaf certificate.
 *
 * @throws Error that says what is wrong with the pair
 */
function validate({ cert, key }: KeyPair, now: number): X509Certificate {
  const certificate = parsed('tls.crt contains no certificate in PEM', () => new X509Certificate(cert))
  const privateKey: KeyObject = parsed('tls.key contains no unencrypted private key in PEM', () =>
    createPrivateKey(key),
  )
  if (!certificate.checkPrivateKey(privateKey)) throw new Error('tls.key does not belong to tls.crt')
  const { validFromDate, validToDate } = certificate
  if (validToDate.getTime() <= now) throw new Error(`tls.crt expired on ${validToDate.toISOString()}`)
  if (validFromDate.getTime() > now) throw new Error(`tls.crt is not valid before ${validFromDate.toISOString()}`)
  parsed('tls.crt and tls.key cannot serve TLS', () => createSecureContext({ cert, key }))
  return certificate
}

function parsed<T>(problem: string, parse: () => T): T {
  try {
    return parse()
  } catch (cause) {
    throw new Error(`${problem} (${(cause as Error).message})`)
  }
}

function isSame(a: KeyPair, b: KeyPair): boolean {
  return a.cert.equals(b.cert) && a.key.equals(b.key)
}

async function readPem(path: string): Promise<Buffer> {
  const { size } = await stat(path)
  if (size > MAX_PEM_BYTES) throw new Error(`${path} is larger than 1 MiB: expected a PEM file`)
  return readFile(path)
}
