import type { Fleet } from '../fleet/index.ts'
import { inTimeOrder, MetricsApi } from '../history/index.ts'
import type { Learner } from '../learner/index.ts'
import { type PrometheusSettings, prometheusHistory, prometheusOf } from '../prometheus/index.ts'
import { runRules } from '../workloads/index.ts'
import type { ControllerContext } from './context.ts'

/** Source of the learner's usage, read one turn at a time. */
export interface Usage {
  /** Whether the usage can be read and learned again after a restart. */
  readonly hasHistory: boolean
  takeIn(learner: Learner, signal: AbortSignal): Promise<void>
}

export function chooseUsage(context: ControllerContext, fleet: Fleet): Usage {
  const usage = context.settings.prometheus
    ? prometheusUsage(context, fleet, context.settings.prometheus)
    : metricsApiUsage(context, fleet)
  return {
    hasHistory: usage.hasHistory,
    takeIn: async (learner, signal) => {
      for (const kill of fleet.takeOomKills()) {
        context.logger.info({ ...kill.container, limitBytes: kill.limitBytes }, 'a container was OOM-killed')
        learner.observeOomKill(kill)
      }
      await usage.takeIn(learner, signal)
    },
  }
}

function metricsApiUsage({ client }: ControllerContext, fleet: Fleet): Usage {
  const api = new MetricsApi(client, (namespace, pod, container) => fleet.containerOf(namespace, pod, container))
  return {
    hasHistory: false,
    takeIn: async (learner, signal) => {
      api.keep(fleet.namespaces)
      for (const namespace of fleet.namespaces) learner.observe(await api.sample(namespace, signal))
    },
  }
}

/** Delay with which usage is read: scrapes arrive late, and a rate needs two of them. */
const LAG_SECONDS = 60
const DAY_SECONDS = 86_400

function prometheusUsage(
  { logger, time, settings: { runLabels } }: ControllerContext,
  fleet: Fleet,
  settings: PrometheusSettings,
): Usage {
  /** Unix time in seconds up to which each namespace has been read. One that is labelled later is read from the beginning. */
  const readTo = new Map<string, number>()
  const rules = runRules(runLabels)
  return {
    hasHistory: true,
    takeIn: async (learner, signal) => {
      const nowSeconds = time.now() / 1000
      const toSeconds = Math.floor((nowSeconds - LAG_SECONDS) / settings.stepSeconds) * settings.stepSeconds
      for (const namespace of fleet.namespaces) {
        let fromSeconds = readTo.get(namespace) ?? toSeconds - settings.backfillDays * DAY_SECONDS
        if (toSeconds <= fromSeconds) continue
        const source = prometheusHistory({
          ...prometheusOf(settings),
          nowSeconds: () => nowSeconds,
          namespaces: [namespace],
          stepSeconds: settings.stepSeconds,
          running: fleet.runningIn(namespace),
          rules,
          onWarning: (message) => logger.warn({ message, namespace }, 'Prometheus warns'),
        })
        // A day is learned completely or not at all: one that breaks off is read again, and would count twice. It is also read
        // completely before its first samples are passed on in order of time, the Pods of a workload together, as the learner needs.
        while (fromSeconds < toSeconds) {
          const window = { fromSeconds, toSeconds: Math.min(fromSeconds + DAY_SECONDS, toSeconds) }
          for await (const samples of inTimeOrder(source.read({ window, signal }))) learner.observe(samples)
          fromSeconds = window.toSeconds
          readTo.set(namespace, fromSeconds)
        }
      }
    },
  }
}
