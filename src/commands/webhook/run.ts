import { Reflector } from '../../kube/index.ts'
import { PolicyBook } from '../../policy/index.ts'
import { RECOMMENDATIONS, Snapshot, trimToApplied } from '../../recommendations/index.ts'
import { collectProcessMetrics, createMetrics } from '../../telemetry/index.ts'
import { createAdmit, endOnSignals, pemFiles, startWebhook } from '../../webhook/index.ts'
import { type ClusterOptions, connect } from '../cluster-options.ts'
import { policyReflector } from '../watch-policies.ts'

export interface WebhookCommandOptions extends ClusterOptions {
  readonly host: string
  readonly port: number
  readonly opsPort: number
  readonly tlsCert: string
  readonly tlsKey: string
}

/** Follows the cluster's Recommendations and SizingPolicies, and answers reviews from memory. */
export async function runWebhook(options: WebhookCommandOptions): Promise<void> {
  const { client, cluster, logger } = await connect(options)
  const metrics = createMetrics()
  collectProcessMetrics(metrics)
  const snapshot = new Snapshot()
  const book = new PolicyBook(cluster)
  const recommendations = new Reflector({
    client,
    type: RECOMMENDATIONS,
    trim: trimToApplied,
    onReplace: (all) => snapshot.replace(all),
    onUpsert: (recommendation) => snapshot.put(recommendation),
    onDelete: (recommendation) => snapshot.delete(recommendation),
    onTrouble: (error, retryMilliseconds) => logger.warn({ error, retryMilliseconds }, 'watching Recommendations'),
  })
  const policies = policyReflector(client, book, logger)
  const ending = new AbortController()
  const following = [recommendations, policies].map((reflector) => reflector.run(ending.signal))
  const webhook = await startWebhook({
    host: options.host,
    port: options.port,
    opsPort: options.opsPort,
    admit: createAdmit({ snapshot, policy: (namespace, labels) => book.effective(namespace, labels).policy }),
    certificate: pemFiles(options.tlsCert, options.tlsKey),
    snapshot: {
      get isSynced() {
        return snapshot.isSynced && policies.isSynced
      },
      get size() {
        return snapshot.size
      },
    },
    metrics,
    logger,
  }).catch((error) => {
    ending.abort()
    throw error
  })
  endOnSignals({
    drain: async () => {
      await webhook.drain()
      ending.abort()
      await Promise.all(following)
      client.close()
    },
  })
}
