import { systemTime } from '../clock/index.ts'
import type { EventRecorder, KubeClient } from '../kube/index.ts'
import type { PrometheusSettings } from '../prometheus/index.ts'
import type { Logger } from '../telemetry/index.ts'
import { clusterApi } from './cluster-api.ts'
import { occurrenceOf } from './events.ts'
import { prometheusUsage } from './prometheus-usage.ts'
import { ExperimentRunner, type RunnerOptions } from './runner.ts'
import { prometheusSignals, type ReadSlos } from './signals.ts'
import { metricsApiUsage } from './usage.ts'
import { UsageOfTrials } from './usage-of-trial.ts'

export interface ClusterRunnerOptions {
  readonly client: KubeClient
  readonly events: Pick<EventRecorder, 'record'>
  readonly logger: Logger
  readonly settings: RunnerOptions['settings']
  readonly experiments: RunnerOptions['experiments']
  /** Where usage comes from; the metrics API if undefined. */
  readonly prometheus?: PrometheusSettings | undefined
  /** Reads SLOs from Prometheus. */
  readonly readSlos: ReadSlos
}

/** Runs the Experiments of a cluster until the signal aborts. Never throws. */
export async function runCluster(
  { client, events, experiments, logger, settings, prometheus, readSlos }: ClusterRunnerOptions,
  signal: AbortSignal,
): Promise<void> {
  const time = systemTime
  const nowSeconds = () => time.now() / 1000
  const read = prometheus ? prometheusUsage(prometheus, nowSeconds) : metricsApiUsage(client)
  const readSignals = prometheus && prometheusSignals(prometheus, readSlos, nowSeconds)
  const usage = new UsageOfTrials(read, (error) => logger.debug({ error }, 'usage of a trial was not read'))
  await new ExperimentRunner({
    ...{ api: clusterApi(client, settings, time), experiments, settings, usage, readSignals, time, logger },
    onStep: (experiment, step) => {
      const occurrence = occurrenceOf(experiment, step)
      if (occurrence) events.record(occurrence)
    },
  }).run(signal)
}
