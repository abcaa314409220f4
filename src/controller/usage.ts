import type { Fleet } from '../fleet/index.ts'
import { MetricsApi, type UsageSample } from '../history/index.ts'
import type { ClusterGuard } from '../prometheus/index.ts'
import type { LearnerMetrics } from '../telemetry/index.ts'
import type { Workload } from '../workloads/index.ts'
import type { ControllerContext } from './context.ts'
import { PrometheusUsage } from './prometheus-usage.ts'
import type { Takes } from './takes.ts'

/** Source of the learner's usage, read one turn at a time. */
export interface Usage {
  /** Whether the usage can be read and learned again after a restart. */
  readonly hasHistory: boolean
  takeIn(learner: Takes, signal: AbortSignal): Promise<void>
  /** Current usage, for a look between two turns of the learner; undefined if that is no newer than what the learner reads. */
  sampleNow?(signal: AbortSignal): Promise<readonly UsageSample[]>
  /** What tells whether series of a namespace are from this cluster; undefined if unknown, or if there are no series. */
  guardOf?(namespace: string): ClusterGuard | undefined
}

/** @param withSlo the workloads of a namespace whose latency is known */
export function chooseUsage(
  context: ControllerContext,
  fleet: Fleet,
  metrics?: Pick<LearnerMetrics, 'storePods' | 'storeUndecided'>,
  withSlo?: (namespace: string) => readonly Workload[],
): Usage {
  const usage: Usage = context.settings.prometheus
    ? new PrometheusUsage(context, fleet, context.settings.prometheus, metrics, withSlo)
    : metricsApiUsage(context, fleet)
  return {
    hasHistory: usage.hasHistory,
    guardOf: (namespace) => usage.guardOf?.(namespace),
    ...(usage.sampleNow && { sampleNow: usage.sampleNow }),
    takeIn: async (learner, signal) => {
      try {
        await usage.takeIn(learner, signal)
      } finally {
        // Pass kills on after the older history: the learner expects samples in order of time, and would count 14 days as one hour.
        for (const kill of fleet.takeOomKills()) {
          context.logger.info({ ...kill.container, limitBytes: kill.limitBytes }, 'a container was OOM-killed')
          learner.observeOomKill(kill)
        }
      }
    },
  }
}

function metricsApiUsage({ client, logger, time }: ControllerContext, fleet: Fleet): Usage {
  const nowSeconds = () => time.now() / 1000
  const containerOf = fleet.containerOf.bind(fleet)
  const api = new MetricsApi(client, containerOf, {
    nowSeconds,
    onWarning: (message) => logger.warn({ message }, 'the metrics API returns impossible times'),
  })
  // Each source returns a sample only once.
  const between = new MetricsApi(client, containerOf, { nowSeconds })
  return {
    hasHistory: false,
    takeIn: async (learner, signal) => {
      api.keep(fleet.namespaces)
      for (const namespace of fleet.namespaces) learner.observe(await api.sample(namespace, signal))
    },
    sampleNow: async (signal) => {
      between.keep(fleet.namespaces)
      const samples: UsageSample[] = []
      for (const namespace of fleet.namespaces) samples.push(...(await between.sample(namespace, signal)))
      return samples
    },
  }
}
