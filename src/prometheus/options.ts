import { HistoryError, isNamespace, type Labels, quote } from '../history/index.ts'
import type { RunningWorkload, RunRule } from '../workloads/index.ts'
import type { ReadingAccount } from './account.ts'
import { Api } from './api.ts'
import { DEFAULT_RETRY, type Retry } from './backoff.ts'
import type { ClusterGuard } from './cluster-guard.ts'
import { type Credentials, checkCredentials } from './credentials.ts'
import type { NamedWorkload } from './selector.ts'

export interface PrometheusOptions extends Credentials {
  /** URL before `/api/v1`: `https://prometheus:9090`, `https://mimir/prometheus`, `…/select/0/prometheus`. */
  readonly url: string
  /** Current time, Unix seconds. Without a window, reading ends at this time and begins 14 days before. */
  readonly nowSeconds: () => number
  /** Namespaces to read; if missing, all with containers. */
  readonly namespaces?: readonly string[]
  /**
   * Labels of the series to read, such as `{ cluster: 'prod' }` if a store has data of several clusters. The value '' selects series
   * without the label, and `*` all series: all values of the label belong to one cluster.
   */
  readonly labels?: Labels
  /** Workloads whose latency is known: their usage is not raised for throttling (`cpuQuery`). */
  readonly withSlo?: readonly NamedWorkload[]
  /** Seconds between two samples; by default 300. */
  readonly stepSeconds?: number
  /** Time limit for one request and its whole answer; by default 60,000. */
  readonly timeoutMilliseconds?: number
  /** Largest size of one answer after decompression; by default 8 MiB. Reading needs about eight times as much memory. */
  readonly maxAnswerBytes?: number
  readonly retry?: Retry
  /** Finds the running workload with the name in the store; by default the one of that name. */
  readonly running?: RunningWorkload
  /** Rules that recognize workloads whose owners live for one run; by default those that need no settings. */
  readonly rules?: readonly RunRule[]
  /** Which series are from the cluster that is read. By default all, and reading fails if they are from several. */
  readonly own?: ClusterGuard
  /** Account of what was read, left out and guessed. */
  readonly account?: ReadingAccount
  /** Called once with each warning of the server, for example that data is missing from an answer. */
  readonly onWarning?: (message: string) => void
}

const MAX_WARNINGS = 100

/**
 * Opens the API that the options describe. Close it when done.
 *
 * @throws HistoryError if an option cannot be used
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
    running: options.running,
    rules: options.rules,
    signal,
  })
}

/** Name of the store in messages. It never contains a secret. */
export function nameOf(url: URL): string {
  return `Prometheus ${url.href.replace(/\/$/, '')}`
}

/**
 * Checks the options, and returns the parsed URL.
 *
 * @throws HistoryError if an option cannot be used
 */
export function checkOptions(options: PrometheusOptions): URL {
  const url = checkUrl(options.url)
  checkCredentials(options)
  for (const name of options.namespaces ?? []) {
    if (!isNamespace(name)) throw new HistoryError(`${quote(name)} is not a valid name of a namespace`)
  }
  for (const name of Object.keys(options.labels ?? {})) {
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) throw new HistoryError(`${quote(name)} is not a valid name of a label`)
  }
  return url
}

function checkUrl(text: string): URL {
  const url = URL.parse(text)
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new HistoryError('the address of Prometheus is not a URL: expected one like https://prometheus.example:9090')
  }
  if (url.username || url.password) {
    throw new HistoryError(
      `the address of Prometheus at ${url.host} contains a user or password: give them as basic auth`,
    )
  }
  if (url.search || url.hash) {
    throw new HistoryError(
      `the address of Prometheus at ${url.host} may not contain "?" or "#": give the part before /api/v1`,
    )
  }
  return url
}

function once(tell: (message: string) => void = () => {}): (message: string) => void {
  const given = new Set<string>()
  return (message) => {
    if (given.has(message) || given.size >= MAX_WARNINGS) return
    given.add(message)
    tell(message)
  }
}
