import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { runController } from '../../controller/index.ts'
import { KnownExperiments } from '../../informers/index.ts'
import { EventRecorder, whileLeading } from '../../kube/index.ts'
import {
  collectProcessMetrics,
  createLearnerMetrics,
  type LearnerMetrics,
  serveMetrics,
} from '../../telemetry/index.ts'
import { type ClusterOptions, connect } from '../cluster-options.ts'
import { CommandError } from '../failure.ts'
import { keepCertificates } from './certificates.ts'
import { runExperiments } from './experiments.ts'
import { nodesNeeded } from './nodes-needed.ts'

export interface LearnerCommandOptions extends ClusterOptions {
  readonly identity?: string
  readonly host?: string
  readonly opsPort?: number
  readonly fleetSecret?: string
}

const LEASE = 'plimsoll-learner'

/** Runs a learner. One of all learners leads; the others wait for its Lease. */
export async function runLearner(options: LearnerCommandOptions): Promise<void> {
  const { client, cluster, settings, logger } = await connect(options)
  const identity = `${options.identity ?? hostname()}-${randomUUID().slice(0, 8)}`
  const events = new EventRecorder({
    client,
    reporter: { controller: 'plimsoll.dev/learner', instance: identity },
    onDropped: ({ reason, note }, error) => logger.warn({ reason, note, error }, 'an Event was not written'),
  })
  const ending = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ending.abort())
  const metrics = createLearnerMetrics()
  const ops = options.opsPort === undefined ? undefined : await serve(options.host, options.opsPort, metrics)
  const context = { client, cluster, settings, logger, events }
  const certificates = keepCertificates(context, { identity, metrics }, ending.signal)
  logger.info({ identity, opsPort: ops?.port }, 'waiting to lead')
  await whileLeading(
    {
      client,
      lease: { namespace: settings.namespace, name: LEASE },
      identity,
      onTrouble: (error) => logger.warn({ error }, 'keeping the Lease'),
    },
    async (leading) => {
      logger.info({ identity }, 'leading')
      metrics.leading.set(1)
      const known = new KnownExperiments()
      const experiments = runExperiments({ ...context, known }, leading)
      const { fleetSecret } = options
      const countNodes = settings.nodesNeeded.enabled
        ? (signal: AbortSignal) => nodesNeeded(settings, signal)
        : undefined
      await runController({ ...context, experiments: known, fleetSecret, countNodes }, metrics, leading).finally(() =>
        metrics.leading.set(0),
      )
      await experiments
    },
    ending.signal,
  )
  await certificates
  await events.flush()
  client.close()
  ops?.close()
}

async function serve(host: string | undefined, port: number, metrics: LearnerMetrics) {
  collectProcessMetrics(metrics)
  return await serveMetrics(metrics.registry, { host, port }).catch((cause: Error) => {
    const where = `${host ?? '*'}:${port}: metrics cannot be served there (${cause.message})`
    throw new CommandError(`${where}. Choose another --ops-port.`, { cause })
  })
}
