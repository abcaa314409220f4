import type { Settings } from '../../config/index.ts'
import type { ReadSlos } from '../../experiment-runner/index.ts'
import type { KnownExperiments } from '../../informers/index.ts'
import type { EventRecorder, KubeClient } from '../../kube/index.ts'
import { prometheusOf } from '../../prometheus/index.ts'
import type { Logger } from '../../telemetry/index.ts'
import { runRules } from '../../workloads/index.ts'

export interface ExperimentsContext {
  readonly client: KubeClient
  readonly events: EventRecorder
  readonly settings: Settings
  readonly logger: Logger
  readonly known: KnownExperiments
}

/** Follows and runs Experiments where the settings enable them. */
export async function runExperiments(context: ExperimentsContext, signal: AbortSignal): Promise<void> {
  const { client, events, settings, logger, known } = context
  const { experiments, bounds, prometheus } = settings
  if (!experiments) return
  const { image, images, prices } = experiments
  // Loaded only where it is used: a learner without experiments has no memory to spare for it.
  const { runCluster } = await import('../../experiment-runner/index.ts')
  const following = known.follow({ client, logger }, signal)
  await runCluster(
    {
      ...{ client, events, logger, prometheus, settings: { bounds, prices, image, images } },
      ...{ experiments: () => known.stored(), readSlos: slosOf(context) },
    },
    signal,
  )
  await following
}

/** Reads SLOs as `plimsoll slo` does, over the time of a load. */
function slosOf({ client, settings }: ExperimentsContext): ReadSlos {
  return async ({ namespace, workloads }, { fromSeconds, toSeconds }) => {
    const { readSlos } = await import('../../readers/index.ts')
    const seconds = `${Math.max(1, Math.round(toSeconds - fromSeconds))}s`
    const reports = await readSlos(client, {
      ...{ namespace, rules: runRules(settings.runLabels), isBurnOnly: true },
      settings: { ...settings, slos: { ...settings.slos, burn: { long: seconds, short: seconds } } },
      prometheus: { ...prometheusOf(settings.prometheus!), nowSeconds: () => toSeconds },
      isWanted: ({ kind, name }) => workloads.some((one) => one.kind === kind && one.name === name),
    })
    return reports.flatMap(({ workload, readings }) =>
      readings.flatMap(({ objective: { text, budget }, burn }) =>
        burn ? [{ workload: workload.name, objective: text, ...burn.long, budget }] : [],
      ),
    )
  }
}
