import type { Settings } from '../../config/index.ts'
import type { EventRecorder, KubeClient } from '../../kube/index.ts'
import type { Logger } from '../../telemetry/index.ts'

export interface ExperimentsContext {
  readonly client: KubeClient
  readonly events: EventRecorder
  readonly settings: Settings
  readonly logger: Logger
}

/** Runs Experiments where the settings enable them. */
export async function runExperiments(
  { client, events, settings, logger }: ExperimentsContext,
  signal: AbortSignal,
): Promise<void> {
  const { experiments, bounds, prometheus } = settings
  if (!experiments) return
  const { image, images, prices } = experiments
  // Loaded only where it is used: a learner without experiments has no memory to spare for it.
  const { runCluster } = await import('../../experiment-runner/index.ts')
  await runCluster({ client, events, logger, settings: { bounds, prices, image, images }, prometheus }, signal)
}
