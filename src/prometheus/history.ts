import {
  Containers,
  describeFuture,
  HistoryError,
  type HistorySource,
  MEMORY_METRIC,
  type ReadOptions,
  type TimeWindow,
  type UsageSample,
  withoutFuture,
} from '../history/index.ts'
import { ReadingAccount } from './account.ts'
import { checkOfClusters } from './cluster-rows.ts'
import { checkOptions, nameOf, type PrometheusOptions } from './options.ts'
import { samplesOf } from './samples.ts'
import { StoreReader } from './store-reader.ts'
import { readNamespaces, UsageReader } from './usage-reader.ts'

const DAY_SECONDS = 24 * 3600
const DEFAULT_WINDOW_SECONDS = 14 * DAY_SECONDS

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
  const now = options.nowSeconds()
  const asked = window ?? { fromSeconds: now - DEFAULT_WINDOW_SECONDS, toSeconds: now }
  // Samples at later times come from clocks that are ahead.
  const whole = onSteps({ ...asked, toSeconds: Math.min(asked.toSeconds, now + 1) }, stepSeconds)
  if (whole.toSeconds <= whole.fromSeconds) return
  const account = options.account ?? new ReadingAccount()
  const reader = await StoreReader.open(options, signal)
  try {
    const usage = new UsageReader(reader, stepSeconds, options.withSlo)
    const namespaces = workload
      ? [workload.namespace]
      : (options.namespaces ?? (await findNamespaces(reader, whole, name)))
    const containers = new Containers()
    let samples = 0
    for (const [index, namespace] of namespaces.entries()) {
      const guard = options.own ?? (await checkOfClusters(reader, namespace, whole))
      for await (const { span, loaded } of usage.usage(namespace, whole, guard, workload)) {
        for (const batch of samplesOf(loaded, containers, guard, account)) {
          const { samples: present, future } = withoutFuture(batch, now)
          if (future) options.onWarning?.(describeFuture(future))
          samples += present.length
          yield present
        }
        const done = (span.toSeconds - whole.fromSeconds) / (whole.toSeconds - whole.fromSeconds)
        onProgress?.({ samples, share: (index + done) / namespaces.length })
      }
    }
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

/** Rounds both ends of a window up to multiples of the step, so that readings never overlap. */
function onSteps({ fromSeconds, toSeconds }: TimeWindow, stepSeconds: number): TimeWindow {
  const up = (seconds: number) => Math.ceil(seconds / stepSeconds) * stepSeconds
  return { fromSeconds: up(fromSeconds), toSeconds: up(toSeconds) }
}
