import { SecretSource } from '../../certificates/index.ts'
import { constraintsReflectors, injectedReflector, nodeClassReflector, policyReflector } from '../../informers/index.ts'
import { NodeClassIndex, PolicyIndex } from '../../policy/index.ts'
import { Snapshot } from '../../recommendations/index.ts'
import { ConstraintsIndex } from '../../sizing/index.ts'
import { collectProcessMetrics, createMetrics } from '../../telemetry/index.ts'
import { type CallerOptions, createAdmit, pemFiles, startWebhook, type WebhookOptions } from '../../webhook/index.ts'
import { runRules } from '../../workloads/index.ts'
import { type ClusterContext, type ClusterOptions, connect } from '../cluster-options.ts'
import { endOnSignals } from '../signals.ts'
import { readClientCertificate, readPathKeys } from './callers.ts'

export interface WebhookCommandOptions extends ClusterOptions {
  readonly host?: string
  readonly port: number
  readonly opsPort: number
  /** Name of the Secret with the certificate; if absent, both files are required. */
  readonly tlsSecret?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  /** File with the authority of the API server's client certificate. */
  readonly clientCa?: string
  readonly clientName?: string
  /** File with the keys of paths; if absent, those in the Secret with the certificate, if any. */
  readonly pathKeys?: string
}

/**
 * Runs the webhook: follows the cluster's Recommendations, SizingPolicies, LimitRanges and ResourceQuotas, and answers
 * reviews from memory.
 */
export async function runWebhook(options: WebhookCommandOptions): Promise<void> {
  const clientCertificate = await readClientCertificate(options)
  const pathKeys = await readPathKeys(options)
  const context = await connect(options)
  const { client, cluster, logger, settings } = context
  const metrics = createMetrics()
  collectProcessMetrics(metrics)
  const snapshot = new Snapshot()
  const book = new PolicyIndex(cluster)
  const recommendations = injectedReflector(context, snapshot, () => metrics.snapshotHeard.setToCurrentTime())
  const policies = policyReflector(context, book)
  const constraints = new ConstraintsIndex()
  const constraintReflectors = constraintsReflectors(context, constraints)
  const nodes = new NodeClassIndex()
  const { enabled: sizesByNode, labels } = settings.nodeClasses
  // Readiness does not depend on them: a Pod on an unknown node gets values that are large enough for any.
  const nodeReflectors = sizesByNode ? [nodeClassReflector(context, nodes, labels)] : []
  const ending = new AbortController()
  const following = [recommendations, policies, ...constraintReflectors, ...nodeReflectors].map((reflector) =>
    reflector.run(ending.signal),
  )
  const { keysInSecret, ...certificate } = chooseCertificate(context, options, (run) =>
    following.push(run(ending.signal)),
  )
  const webhook = await startWebhook({
    host: options.host,
    port: options.port,
    opsPort: options.opsPort,
    admit: createAdmit({
      snapshot,
      policy: (namespace, labels) => book.effective(namespace, labels).policy,
      constraints: (namespace) => constraints.of(namespace),
      classesOf: (node) => nodes.of(node),
      rules: runRules(settings.runLabels),
    }),
    ...certificate,
    callers: { clientCertificate, pathKeys: pathKeys ? () => pathKeys : keysInSecret },
    snapshot: {
      get isSynced() {
        return snapshot.isSynced && [policies, ...constraintReflectors].every(({ isSynced }) => isSynced)
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

/**
 * How often a certificate from a Secret is compared. This is cheap, because the Secret is in memory; a file would have
 * to be read.
 */
const SECRET_CHECK_MILLISECONDS = 500

function chooseCertificate(
  { client, settings: { namespace, certificates }, logger }: ClusterContext,
  { tlsSecret: name, tlsCert = '', tlsKey = '' }: WebhookCommandOptions,
  follow: (run: (signal: AbortSignal) => Promise<void>) => void,
): Pick<WebhookOptions, 'certificate' | 'certificateCheckMilliseconds'> & { keysInSecret?: CallerOptions['pathKeys'] } {
  if (name === undefined) return { certificate: pemFiles(tlsCert, tlsKey) }
  const secret = new SecretSource({ client, namespace, name, logger })
  follow((signal) => secret.run(signal))
  return {
    certificate: () => secret.read(),
    certificateCheckMilliseconds: SECRET_CHECK_MILLISECONDS,
    // Keys that a learner has left in the Secret of somebody else's certificate are not in the registration.
    ...(certificates?.mode === 'self-managed' && { keysInSecret: () => secret.pathKeys }),
  }
}
