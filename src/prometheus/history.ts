import {
  HistoryError,
  type HistorySource,
  MEMORY_METRIC,
  type ReadOptions,
  type TimeWindow,
  type UsageSample,
} from '../history/index.ts'
import { ReadingAccount } from './account.ts'
import { checkOfClusters } from './cluster-rows.ts'
import { checkOptions, nameOf, type PrometheusOptions } from './options.ts'
import { readUsage, wholeWindow } from './read-usage.ts'
import { StoreReader } from './store-reader.ts'
import { readNamespaces, UsageReader } from './usage-reader.ts'

const DAY_SECONDS = 24 * 3600

/**
 * Usage history from the HTTP API of Prometheus, which Thanos, Mimir, VictoriaMetrics and managed services also offer. CPU and memory
 * of containers come from the metrics of cAdvisor; their owners from those of kube-state-metrics, or else from the names of Pods.
 * Queries one namespace and span at a time, so that memory stays bounded, and shorter spans if that is too much.
 *
 * Reading throws HistoryError if the store cannot be reached, refuses, or answers with something other than data.
 *
 * @throws HistoryError if an option cannot be used; no message ever contains a secret
 */
export function prometheusHistory(options: PrometheusOptions): HistorySource {
  const stepSeconds = options.stepSeconds ?? 300
  if (!Number.isInteger(stepSeconds) || stepSeconds < 10 || stepSeconds > DAY_SECONDS) {
    throw new HistoryError(`a step of ${stepSeconds} s cannot be used: give whole seconds from 10 to ${DAY_SECONDS}`)
  }
  const name = nameOf(checkOptions(options))
  return { name, read: (readOptions = {}) => read({ ...options, stepSeconds }, name, readOptions) }
}

async function* read(
  options: PrometheusOptions & { readonly stepSeconds: number },
  name: string,
  { window, workload, signal, onProgress }: ReadOptions,
): AsyncGenerator<readonly UsageSample[]> {
  const { stepSeconds } = options
  const nowSeconds = options.nowSeconds()
  const whole = wholeWindow(window, nowSeconds, stepSeconds)
  if (whole.toSeconds <= whole.fromSeconds) return
  const reader = await StoreReader.open(options, signal)
  try {
    const usage = new UsageReader(reader, stepSeconds, options.withSlo)
    const namespaces = workload
      ? [workload.namespace]
      : (options.namespaces ?? (await findNamespaces(reader, whole, name)))
    yield* readUsage({
      ...{ namespaces, whole, nowSeconds, onProgress },
      account: options.account ?? new ReadingAccount(),
      onWarning: options.onWarning,
      spansOf: async (namespace) => {
        const guard = options.own ?? (await checkOfClusters(reader, namespace, whole))
        return { guard, spans: usage.usage(namespace, whole, guard, workload) }
      },
    })
  } finally {
    await reader.close()
  }
}

async function findNamespaces(reader: StoreReader, window: TimeWindow, name: string): Promise<readonly string[]> {
  const namespaces = await readNamespaces(reader, window)
  if (namespaces.length > 0) return namespaces
  throw new HistoryError(
    `${name} has no ${MEMORY_METRIC} of containers in the requested time: check that it scrapes the kubelet ` +
      '(/metrics/cadvisor), and the tenant and labels if you gave any',
  )
}
