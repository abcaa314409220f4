import { once } from 'node:events'
import type { Logger, Metrics } from '../telemetry/index.ts'
import type { CallerOptions } from './callers.ts'
import { type CertificateSource, Certificates } from './certificates.ts'
import { DRAIN_TIMES, Drain, type DrainTimes } from './drain.ts'
import type { ServerLimits } from './limits.ts'
import { listen } from './listen.ts'
import { createOpsServer } from './ops.ts'
import type { Admit } from './review.ts'
import { createAdmissionServer, useKeyPair } from './server.ts'

export interface WebhookOptions {
  /** Address for both ports: 127.0.0.1 for local use, undefined (all) in a cluster. */
  readonly host: string | undefined
  /** Port of HTTPS for the API server; 0 takes a free port. */
  readonly port: number
  /** Port of HTTP for probes and metrics; 0 takes a free port. */
  readonly opsPort: number
  readonly admit: Admit
  readonly certificate: CertificateSource
  /** How the webhook recognizes the API server; if absent, every caller gets an answer. */
  readonly callers?: CallerOptions
  /** State of the snapshot in which `admit` looks up values. */
  readonly snapshot: { readonly isSynced: boolean; readonly size: number }
  readonly metrics: Metrics
  readonly logger: Logger
  readonly limits?: Partial<ServerLimits>
  readonly drainTimes?: DrainTimes
  readonly certificateCheckMilliseconds?: number
}

export interface RunningWebhook {
  /** Address of the admission server, such as `https://127.0.0.1:8443`. */
  readonly url: string
  /** Address of probes and metrics, such as `http://127.0.0.1:8080`. */
  readonly opsUrl: string
  /** Stops the webhook as a replica in a cluster must: see `Drain`. */
  readonly drain: () => Promise<void>
  /** Stops the webhook without waiting for clients to use another replica; requests in progress are still answered. */
  readonly close: () => Promise<void>
}

/** Interval of certificate checks. cert-manager's webhook checks every 10 s; Kubernetes needs about a minute to mount a new Secret. */
const CERTIFICATE_CHECK_MILLISECONDS = 5_000

/**
 * Starts the webhook: admission over HTTPS, probes and metrics over HTTP. It listens immediately and is ready when a certificate
 * is loaded and the snapshot is in sync.
 * @throws WebhookError if it cannot listen on a port
 */
export async function startWebhook(options: WebhookOptions): Promise<RunningWebhook> {
  const { host, snapshot, metrics, logger } = options
  const server = createAdmissionServer(options)
  const drain = new Drain(server)
  const certificates = new Certificates({
    source: options.certificate,
    use: (pair) => useKeyPair(server, pair, options.callers?.clientCertificate),
    now: Date.now,
    metrics,
    logger,
  })
  const missing = () => ({
    ...(certificates.missing !== undefined && { certificate: certificates.missing }),
    ...(!snapshot.isSynced && { snapshot: 'the recommendations are still being read' }),
    ...(drain.draining && { drain: 'this replica is shutting down' }),
  })
  const opsServer = createOpsServer({
    missing,
    refresh: () => {
      metrics.ready.set(Object.keys(missing()).length === 0 ? 1 : 0)
      metrics.snapshotSynced.set(snapshot.isSynced ? 1 : 0)
      metrics.snapshotRecommendations.set(snapshot.size)
    },
    metrics,
  })

  const url = `https://${await listen(server, host, options.port)}`
  const opsUrl = await listen(opsServer, host, options.opsPort).then(
    (address) => `http://${address}`,
    async (error) => {
      await drain.close(0)
      throw error
    },
  )
  await certificates.check()
  const watching = new AbortController()
  const checkEvery = options.certificateCheckMilliseconds ?? CERTIFICATE_CHECK_MILLISECONDS
  void certificates.watch(checkEvery, watching.signal)
  logger.info({ url, opsUrl }, 'webhook listening')

  const times = options.drainTimes ?? DRAIN_TIMES
  const end = async (serveMilliseconds: number) => {
    await drain.drain({ ...times, serveMilliseconds })
    watching.abort()
    opsServer.closeAllConnections()
    await once(opsServer.close(), 'close')
  }
  return { url, opsUrl, drain: () => end(times.serveMilliseconds), close: () => end(0) }
}
