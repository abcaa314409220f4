import { HistoryError, isNamespace, quote } from '../history/index.ts'
import type { ReadingAccount, Retry } from '../prometheus/index.ts'
import type { RunningWorkload, RunRule } from '../workloads/index.ts'

/** Where the API is, and the keys for it. */
export interface DatadogAccess {
  /** Address before `/api`. */
  readonly url: URL
  /** Name in messages; it never contains a key. */
  readonly name: string
  readonly apiKey: string
  readonly appKey: string
}

export interface DatadogOptions {
  readonly access: DatadogAccess
  /** Current time, Unix seconds. Without a window, reading ends at this time and begins 14 days before. */
  readonly nowSeconds: () => number
  /** Namespaces to read; if missing, all with containers. */
  readonly namespaces?: readonly string[]
  /** Value of the tag `kube_cluster_name`; required if the organization has several clusters. */
  readonly cluster?: string
  /** Time limit for one request and its whole answer; by default 60,000. */
  readonly timeoutMilliseconds?: number
  /** Largest size of one answer after decompression; by default 16 MiB. */
  readonly maxAnswerBytes?: number
  readonly retry?: Retry
  /** Finds the running workload with the name in Datadog; by default the one of that name. */
  readonly running?: RunningWorkload
  /** Rules that recognize workloads whose owners live for one run; by default those that need no settings. */
  readonly rules?: readonly RunRule[]
  /** Account of what was read, left out and guessed. */
  readonly account?: ReadingAccount
  /** Called once with each doubt about the answers. */
  readonly onWarning?: (message: string) => void
}

/** What to do where names or kinds of workloads are guessed. */
export const DATADOG_ADVICE = {
  owners:
    'Let the Agents send the tags kube_ownerref_kind and kube_ownerref_name (DD_CHECKS_TAG_CARDINALITY=orchestrator).',
  labels: 'Read the cluster as well, which has the labels of its Pods.',
}

const SITE = /^(?!app\.|api\.)[a-z0-9-]+(\.[a-z0-9-]+)+$/
const KEY = /^[\x21-\x7e]+$/
const CLUSTER = /^[A-Za-z0-9][-A-Za-z0-9._]*$/
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/

/**
 * Reads the site and the keys from the environment, as Datadog's own tools do: `DD_SITE`, `DD_API_KEY`, `DD_APP_KEY`, and `DD_HOST` for
 * an address other than `https://api.SITE`.
 *
 * @throws HistoryError if one is missing or cannot be used; the message never contains a key
 */
export function datadogAccess(environment: NodeJS.ProcessEnv = process.env): DatadogAccess {
  const site = environment.DD_SITE || 'datadoghq.com'
  if (!SITE.test(site)) {
    throw new HistoryError(
      `DD_SITE is ${quote(site)}: expected a site of Datadog without https:// and app., such as datadoghq.com, datadoghq.eu or us5.datadoghq.com`,
    )
  }
  const keys = { apiKey: keyIn(environment, 'DD_API_KEY'), appKey: keyIn(environment, 'DD_APP_KEY') }
  const host = environment.DD_HOST
  const url = host ? hostIn(host) : new URL(`https://api.${site}`)
  return { ...keys, url, name: `Datadog ${host ? url.host : site}` }
}

function keyIn(environment: NodeJS.ProcessEnv, name: 'DD_API_KEY' | 'DD_APP_KEY'): string {
  const key = environment[name]
  if (!key) {
    throw new HistoryError(
      `the environment variable ${name} is not set: Datadog needs an API key (DD_API_KEY), and an application key (DD_APP_KEY) ` +
        'that has the permission timeseries_query',
    )
  }
  if (!KEY.test(key)) throw new HistoryError(`${name} contains spaces or other characters that no key of Datadog has`)
  return key
}

function hostIn(text: string): URL {
  const url = URL.parse(text)
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.test(url.hostname))
  if (!url || !isSafe || url.username || url.password || url.search || url.hash)
    throw new HistoryError('DD_HOST is not the address of an API: expected one like https://api.datadoghq.com')
  return url
}

/** @throws HistoryError if a name cannot be used */
export function checkNames({ namespaces = [], cluster }: DatadogOptions): void {
  for (const name of namespaces)
    if (!isNamespace(name)) throw new HistoryError(`${quote(name)} is not a valid name of a namespace`)
  if (cluster !== undefined && !CLUSTER.test(cluster))
    throw new HistoryError(`${quote(cluster)} cannot be a value of the tag kube_cluster_name`)
}
