import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { EventRecorder, whileLeading } from '../../kube/index.ts'
import { type ClusterOptions, connect } from '../cluster-options.ts'
import { lead } from './lead.ts'

export interface LearnerCommandOptions extends ClusterOptions {
  readonly identity?: string
}

const LEASE = 'plimsoll-learner'

/** One of all learners leads; the others wait for its Lease. */
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
  logger.info({ identity }, 'waiting to lead')
  await whileLeading(
    {
      client,
      lease: { namespace: settings.namespace, name: LEASE },
      identity,
      onTrouble: (error) => logger.warn({ error }, 'keeping the Lease'),
    },
    async (leading) => {
      logger.info({ identity }, 'leading')
      await lead({ client, cluster, settings, logger, events }, leading)
    },
    ending.signal,
  )
  await events.flush()
  client.close()
}
