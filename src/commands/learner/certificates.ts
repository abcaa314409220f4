import { Rotator, serviceNames } from '../../certificates/index.ts'
import type { ControllerOptions } from '../../controller/index.ts'
import type { LearnerMetrics } from '../../telemetry/index.ts'

/**
 * Keeps the webhook's certificates up to date if Plimsoll manages them. This is independent of what the learner does
 * and of who leads, so that they do not expire when a learner is busy or fails repeatedly (docs/decisions/0035).
 */
export async function keepCertificates(
  { client, settings, events, logger }: ControllerOptions,
  { identity, metrics }: { readonly identity: string; readonly metrics: LearnerMetrics },
  signal: AbortSignal,
): Promise<void> {
  const { certificates, namespace } = settings
  if (certificates?.mode !== 'self-managed') return
  const rotator = new Rotator({
    client,
    // The chart gives the webhook's Deployment the name of its Service.
    places: { namespace, ...certificates, deployment: certificates.serviceName },
    names: serviceNames(certificates.serviceName, namespace),
    identity,
    events,
    logger,
    onExpiry: ({ authority, serving }) => {
      metrics.certificateExpiry.set({ certificate: 'authority' }, authority)
      metrics.certificateExpiry.set({ certificate: 'serving' }, serving)
    },
    onStep: ({ what, repair }) => metrics.certificateSteps.inc({ what, repair: String(repair) }),
    onTrouble: (error) => {
      metrics.certificateFailures.inc()
      logger.warn({ error }, 'keeping the certificates')
    },
  })
  await rotator.run(signal)
}
