import { HistoryError, isNamespace, type Labels, quote } from '../history/index.ts'
import { Api } from './api.ts'
import { DEFAULT_RETRY, type Retry } from './backoff.ts'
import { type Credentials, checkCredentials } from './credentials.ts'

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

const MAX_WARNINGS = 100

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

/** The name of the store in messages. It never carries a secret. */
export function nameOf(url: URL): string {
  return `Prometheus ${url.href.replace(/\/$/, '')}`
}

/** @throws HistoryError where an option cannot be used */
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
      `the address of Prometheus at ${url.host} may not hold "?" or "#": give what stands before /api/v1`,
    )
  }
  return url
}

function once(tell: (message: string) => void = () => {}): (message: string) => void {
  const told = new Set<string>()
  return (message) => {
    if (told.has(message) || told.size >= MAX_WARNINGS) return
    told.add(message)
    tell(message)
  }
}
