import { readFile } from 'node:fs/promises'
import { selfIssuedCertificate } from '../../certificates/index.ts'
import { DEFAULT_POLICY } from '../../policy/index.ts'
import type { Snapshot } from '../../recommendations/index.ts'
import { createLogger, createMetrics } from '../../telemetry/index.ts'
import {
  type AdmissionRequest,
  type AdmissionResponse,
  createAdmit,
  pemFiles,
  type RunningWebhook,
  startWebhook,
  WebhookError,
} from '../../webhook/index.ts'
import type { RunRule } from '../../workloads/index.ts'
import { CommandError } from '../failure.ts'

export interface LocalWebhook {
  readonly running: RunningWebhook
  /** URL for reviews: `https://127.0.0.1:8443/mutate/auto`. */
  readonly url: string
  /** File with the certificate authority, in PEM. */
  readonly caFile: string
  /** Content of that file. */
  readonly ca: Buffer
}

export interface LocalWebhookOptions {
  readonly port: number
  /** Port of probes and metrics; the one after `port` if undefined. */
  readonly opsPort?: number | undefined
  /** Folder for the self-issued certificate. */
  readonly directory: string
  readonly snapshot: Snapshot
  /** How to recognize what repeats from run to run; by default without settings. */
  readonly rules?: readonly RunRule[] | undefined
  readonly onAnswer: (request: AdmissionRequest, response: AdmissionResponse) => void
}

const HOST = '127.0.0.1'
/** Short drain times: there is no load balancer that must learn first that the webhook ends. */
const DRAIN_TIMES = { serveMilliseconds: 500, closeMilliseconds: 5_000 }

/** Starts the webhook as it runs in a cluster, but only on this machine. */
export async function startLocalWebhook(options: LocalWebhookOptions): Promise<LocalWebhook> {
  const { port, opsPort, directory, snapshot, rules, onAnswer } = options
  const { certFile, keyFile, caFile } = await selfIssuedCertificate(directory, [HOST, 'localhost'], Date.now())
  const admit = createAdmit({ snapshot, policy: () => DEFAULT_POLICY, ...(rules && { rules }) })
  const running = await startWebhook({
    host: HOST,
    port,
    opsPort: opsPort ?? portAfter(port),
    admit: (request, mode) => {
      const response = admit(request, mode)
      onAnswer(request, response)
      return response
    },
    certificate: pemFiles(certFile, keyFile),
    snapshot,
    metrics: createMetrics(),
    logger: createLogger('warn'),
    drainTimes: DRAIN_TIMES,
  }).catch(explainPort)
  return { running, url: `${running.url}/mutate/auto`, caFile, ca: await readFile(caFile) }
}

function portAfter(port: number): number {
  return port === 0 || port === 65_535 ? 0 : port + 1
}

function explainPort(cause: unknown): never {
  if (!(cause instanceof WebhookError) || cause.code !== 'PortInUse') throw cause
  const wayOut = '--port and --ops-port choose others; with --port 0, Plimsoll takes free ones.'
  throw new CommandError(`${cause.message} ${wayOut}`, { cause })
}
