import { HistoryError, isNamespace, type Labels, quote } from '../history/index.ts'
import type { RunningWorkload, RunRule } from '../workloads/index.ts'
import type { ReadingAccount } from './account.ts'
import { Api } from './api.ts'
import { DEFAULT_RETRY, type Retry } from './backoff.ts'
import type { ClusterGuard } from './cluster-guard.ts'
import { type Credentials, checkCredentials } from './credentials.ts'

export interface PrometheusOptions extends Credentials {
  /** URL before `/api/v1`: `https://prometheus:9090`, `https://mimir/prometheus`, `…/select/0/prometheus`. */
  readonly url: string
  /** Current time, Unix seconds. Without a window, reading ends at this time and begins 14 days before. */
  readonly nowSeconds: () => number
  /** Namespaces to read; if missing, all that have containers. */
  readonly namespaces?: readonly string[]
  /**
   * Labels of the series to read, such as `{ cluster: 'prod' }` if a store holds several clusters. The value '' selects series
   * without the label, and `*` all of them: whatever its values, they are of one cluster.
   */
  readonly labels?: Labels
  /** Seconds between two samples; by default 300. */
  readonly stepSeconds?: number
  /** Time limit for one request and its whole answer; by default 60,000. */
  readonly timeoutMilliseconds?: number
  /** Largest size of one answer after decompression; by default 8 MiB. Reading needs about eight times as much memory. */
  readonly maxAnswerBytes?: number
  readonly retry?: Retry
  /** Which workload runs under the name that the store gives; by default the one of that name. */
  readonly running?: RunningWorkload
  /** How to recognize what repeats from run to run; by default without settings. */
  readonly rules?: readonly RunRule[]
  /** Which series are of the cluster that is read; by default all, and reading stops where they are of several. */
  readonly own?: ClusterGuard
  /** Where to count what was read, left out and guessed. */
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
      `the address of Prometheus at ${url.host} must not contain "?" or "#": give the part before /api/v1`,
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
