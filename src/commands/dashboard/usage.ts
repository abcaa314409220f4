import type { Settings } from '../../config/index.ts'
import type { Backing } from '../../dashboard/index.ts'
import { fileHistory } from '../../history/index.ts'
import { prometheusHistory, prometheusOf } from '../../prometheus/index.ts'
import { type HistoryOptions, prometheusOptions, tableOptions } from '../../readers/index.ts'

const nowSeconds = () => Date.now() / 1000

/** Source of usage over time: what the options name, or else what the settings name. */
export async function usageFrom(options: HistoryOptions, settings: Settings | undefined): Promise<Backing['usage']> {
  const { history, prometheus } = options
  const common = { nowSeconds, ...(settings && { minimumHistory: settings.learner.minimumHistory }) }
  if (history !== undefined) return { ...common, source: () => fileHistory(history, tableOptions(options)) }
  if (prometheus !== undefined) {
    const named = await prometheusOptions(options, prometheus)
    return { ...common, source: (stepSeconds) => prometheusHistory({ ...named, stepSeconds }) }
  }
  const { prometheus: configured } = settings ?? {}
  if (configured) {
    const known = { ...prometheusOf(configured), nowSeconds }
    return { ...common, source: (stepSeconds) => prometheusHistory({ ...known, stepSeconds }) }
  }
  return { none: settings ? NOT_CONFIGURED : NOT_NAMED }
}

const NOT_CONFIGURED =
  'Usage comes from the metrics API here, which keeps no history. Set settings.prometheus.url to see usage over time.'
const NOT_NAMED =
  'There is no usage history: start the dashboard with --prometheus URL, such as a port-forward to your Prometheus.'
