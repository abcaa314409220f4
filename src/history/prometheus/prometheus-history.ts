import { Containers } from '../containers.ts'
import { MEMORY_METRIC } from '../metrics.ts'
import { isNamespace } from '../names.ts'
import type { Labels } from '../owners.ts'
import { quote } from '../quote.ts'
import { HistoryError, type HistorySource, type ReadOptions, type TimeWindow, type UsageSample } from '../source.ts'
import { Api } from './api.ts'
import { DEFAULT_RETRY, type Retry } from './backoff.ts'
import { type Credentials, checkCredentials } from './credentials.ts'
import { samplesOf } from './samples.ts'
import { UsageReader } from './usage-reader.ts'

export interface PrometheusOptions extends Credentials {
  /** What stands before `/api/v1`: `https://prometheus:9090`, `https://mimir/prometheus`, `…/select/0/prometheus`. */
  readonly url: string
  /** Unix time, seconds; a reading without a window ends there, and begins 14 days before. */
  readonly nowSeconds: () => number
  /** All that have containers when absent. */
  readonly namespaces?: readonly string[]
  /** Labels of the series to read, such as `{ cluster: 'prod' }` where a store holds several clusters. */
  readonly labels?: Labels
  /** Between two samples; 300 when absent. */
  readonly stepSeconds?: number
  /** For one request and its whole answer; 60,000 when absent. */
  readonly timeoutMilliseconds?: number
  /** Of one answer, unpacked; 8 MiB when absent. Reading needs some eight times that. */
  readonly maxAnswerBytes?: number
  readonly retry?: Retry
  /** Told what the server warns of, such as data that is missing from an answer; each once. */
  readonly onWarning?: (message: string) => void
}

const DAY_SECONDS = 24 * 3600
const DEFAULT_WINDOW_SECONDS = 14 * DAY_SECONDS
const MAX_WARNINGS = 100

/**
 * Usage history from the HTTP API of Prometheus, as Thanos, Mimir, VictoriaMetrics and the managed ones have it too: CPU
 * and memory of containers as cAdvisor has them, and their owners as kube-state-metrics has them, else by the names of
 * Pods. Asks for one namespace and span at a time, so that memory stays bounded, and for less when that is too much.
 *
 * Reading throws HistoryError where the store cannot be reached, refuses, or answers what is no data.
 *
 * @throws HistoryError where an option cannot be used; no message ever holds a secret
 */
export function prometheusHistory(options: PrometheusOptions): HistorySource {
  const stepSeconds = options.stepSeconds ?? 300
  if (!Number.isInteger(stepSeconds) || stepSeconds < 10 || stepSeconds > DAY_SECONDS) {
    throw new HistoryError(`a step of ${stepSeconds} s cannot be used: give whole seconds from 10 to ${DAY_SECONDS}`)
  }
  const name = nameOf(checkOptions(options))
  return { name, read: (readOptions = {}) => read({ ...options, stepSeconds }, name, readOptions) }
}

/**
 * Opens the API that the options speak of. Close it when done.
 *
 * @throws HistoryError where an option cannot be used
 */
export async function openApi(options: PrometheusOptions, signal: AbortSignal | undefined): Promise<Api> {
  const url = checkOptions(options)
  return await Api.open({
    name: nameOf(url),
    url,
    credentials: options,
    timeoutMilliseconds: options.timeoutMilliseconds ?? 60_000,
    maxAnswerBytes: options.maxAnswerBytes ?? 8 * 2 ** 20,
    retry: options.retry ?? DEFAULT_RETRY,
    onWarning: once(options.onWarning),
    signal,
  })
}

function nameOf(url: URL): string {
  return `Prometheus ${url.href.replace(/\/$/, '')}`
}

function checkOptions(options: PrometheusOptions): URL {
  const url = checkUrl(options.url)
  checkCredentials(options)
  for (const name of options.namespaces ?? []) {
    if (!isNamespace(name)) throw new HistoryError(`${quote(name)} is no name of a namespace`)
  }
  for (const name of Object.keys(options.labels ?? {})) {
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) throw new HistoryError(`${quote(name)} is no name of a label`)
  }
  return url
}

function checkUrl(text: string): URL {
  const url = URL.parse(text)
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new HistoryError('the address of Prometheus is no URL: expected one like https://prometheus.example:9090')
  }
  if (url.username || url.password) {
    throw new HistoryError(`the address of Prometheus at ${url.host} holds a user or password: give them as basic auth`)
  }
  if (url.search || url.hash) {
    throw new HistoryError(
      `the address of Prometheus at ${url.host} may not hold "?" or "#": give what stands before /api/v1`,
    )
  }
  return url
}

async function* read(
  options: PrometheusOptions & { readonly stepSeconds: number },
  name: string,
  { window, workload, signal, onProgress }: ReadOptions,
): AsyncGenerator<readonly UsageSample[]> {
  const { stepSeconds } = options
  const now = options.nowSeconds()
  const whole = onSteps(window ?? { fromSeconds: now - DEFAULT_WINDOW_SECONDS, toSeconds: now }, stepSeconds)
  if (whole.toSeconds <= whole.fromSeconds) return
  const api = await openApi(options, signal)
  try {
    const reader = new UsageReader(api, options.labels ?? {}, stepSeconds)
    const namespaces = workload
      ? [workload.namespace]
      : (options.namespaces ?? (await findNamespaces(reader, whole, name)))
    const containers = new Containers()
    let samples = 0
    for (const [index, namespace] of namespaces.entries()) {
      for await (const { span, loaded } of reader.usage(namespace, whole, workload)) {
        for (const batch of samplesOf(loaded, containers)) {
          samples += batch.length
          yield batch
        }
        const done = (span.toSeconds - whole.fromSeconds) / (whole.toSeconds - whole.fromSeconds)
        onProgress?.({ samples, share: (index + done) / namespaces.length })
      }
    }
  } finally {
    await api.close()
  }
}

async function findNamespaces(reader: UsageReader, window: TimeWindow, name: string): Promise<readonly string[]> {
  const namespaces = await reader.namespaces(window)
  if (namespaces.length > 0) return namespaces
  throw new HistoryError(
    `${name} has no ${MEMORY_METRIC} of containers in the time asked for: check that it scrapes the kubelet ` +
      '(/metrics/cadvisor), and the tenant and labels if you gave any',
  )
}

/** The points in time inside a window that are multiples of the step, so that no two readings overlap. */
function onSteps({ fromSeconds, toSeconds }: TimeWindow, stepSeconds: number): TimeWindow {
  const up = (seconds: number) => Math.ceil(seconds / stepSeconds) * stepSeconds
  return { fromSeconds: up(fromSeconds), toSeconds: up(toSeconds) }
}

function once(tell: (message: string) => void = () => {}): (message: string) => void {
  const told = new Set<string>()
  return (message) => {
    if (told.has(message) || told.size >= MAX_WARNINGS) return
    told.add(message)
    tell(message)
  }
}
