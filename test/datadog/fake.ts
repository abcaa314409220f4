import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import type { DatadogOptions } from '../../src/datadog/index.ts'

/** A source of points: one metric of one container, with its tags. */
export interface Source {
  readonly metric: string
  readonly tags: Readonly<Record<string, string>>
  /** Value at a time (Unix seconds); undefined if there is none. */
  readonly at: (seconds: number) => number | undefined
}

export interface FakeRequest {
  readonly from: number
  readonly to: number
  readonly queries: readonly string[]
  readonly headers: IncomingHttpHeaders
}

export interface Fake {
  readonly url: URL
  readonly requests: readonly FakeRequest[]
}

/** An answer instead of the fake's own; undefined for the fake's own. */
export type Instead = (
  count: number,
) => { readonly status: number; readonly body: unknown; readonly headers?: Record<string, string> } | undefined

/** Seconds between two points of a source, as the Agent sends them. */
const SCRAPE_SECONDS = 60
const MAX_POINTS = 1500
/** Steps that Datadog chooses from where a query has too many points. */
const STEPS = [20, 60, 300, 600, 1200, 3600, 7200, 14_400, 43_200, 86_400]

/**
 * `POST /api/v2/query/timeseries` as its documentation describes it: keys in headers, times in milliseconds, `from` included and `to`
 * excluded, steps aligned to Unix time and longer where a series would have more than 1500 points, one list of times for all series,
 * null where a series has none, `N/A` for a tag that is missing, no series for a metric that does not exist.
 */
export async function startDatadog(
  t: TestContext,
  sources: readonly Source[],
  { instead, maxPoints = MAX_POINTS }: { readonly instead?: Instead; readonly maxPoints?: number } = {},
): Promise<Fake> {
  const requests: FakeRequest[] = []
  const server = createServer(async (incoming, response) => {
    const text = (await incoming.setEncoding('utf8').toArray()).join('')
    if (incoming.method !== 'POST' || incoming.url !== '/api/v2/query/timeseries')
      return send(response, 404, { errors: ['Not found'] })
    if (incoming.headers['dd-api-key'] !== 'api-secret' || incoming.headers['dd-application-key'] !== 'app-secret')
      return send(response, 403, { errors: [`Forbidden: ${incoming.headers['dd-api-key']}`] })
    const { from, to, queries } = JSON.parse(text).data.attributes
    const asked = queries.map(({ query }: { query: string }) => query)
    requests.push({ from, to, queries: asked, headers: incoming.headers })
    const other = instead?.(requests.length)
    if (other) return send(response, other.status, other.body, other.headers)
    send(response, 200, answer(sources, { from: from / 1000, to: to / 1000, queries: asked }, maxPoints))
  })
  server.listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), requests }
}

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

const QUERY = /^max:([\w.]+)\{([^}]*)\} by \{([^}]*)\}\.fill\(null\)\.rollup\((avg|max), (\d+)\)$/

function answer(
  sources: readonly Source[],
  { from, to, queries }: { from: number; to: number; queries: readonly string[] },
  maxPoints: number,
) {
  const found = queries.flatMap((query, query_index) => {
    const [, metric, scope, by, rollup, asked] = QUERY.exec(query)!
    const least = Math.max(Number(asked), (to - from) / maxPoints)
    const step = Number(asked) >= least ? Number(asked) : STEPS.find((one) => one >= least)!
    const wanted = scope === '*' ? [] : scope!.split(',').map((tag) => tag.split(':') as [string, string])
    const keys = by!.split(',')
    const matching = sources.filter(
      ({ metric: its, tags }) => its === metric && wanted.every(([key, value]) => tags[key] === value),
    )
    const groups = Map.groupBy(matching, ({ tags }) => keys.map((key) => `${key}:${tags[key] ?? 'N/A'}`).join('\n'))
    return [...groups].flatMap(([tags, its]) => {
      const points = new Map<number, number>()
      for (const { at } of its) {
        for (let start = Math.floor(from / step) * step; start < to; start += step) {
          const values: number[] = []
          for (let time = start; time < start + step; time += SCRAPE_SECONDS) {
            const value = time >= from && time < to ? at(time) : undefined
            if (value !== undefined) values.push(value)
          }
          if (values.length === 0) continue
          const value = rollup === 'max' ? Math.max(...values) : values.reduce((sum, one) => sum + one) / values.length
          points.set(start, Math.max(points.get(start) ?? -Infinity, value))
        }
      }
      return points.size > 0 ? [{ query_index, group_tags: tags.split('\n'), points }] : []
    })
  })
  const times = [...new Set(found.flatMap(({ points }) => [...points.keys()]))].sort((a, b) => a - b)
  return {
    data: {
      id: '0',
      type: 'timeseries_response',
      attributes: {
        series: found.map(({ group_tags, query_index }) => ({ group_tags, query_index, unit: null })),
        times: times.map((seconds) => seconds * 1000),
        values: found.map(({ points }) => times.map((time) => points.get(time) ?? null)),
      },
    },
  }
}

/** End of the histories of tests: a whole day. */
export const NOW = 1_764_547_200

export function optionsFor({ url }: Fake, others: Partial<DatadogOptions> = {}): DatadogOptions {
  const access = { url, name: 'Datadog datadoghq.eu', apiKey: 'api-secret', appKey: 'app-secret' }
  const retry = { attempts: 3, baseMilliseconds: 1, longestMilliseconds: 1000 }
  return { access, nowSeconds: () => NOW, retry, ...others }
}

/** Usage of one container: half a core, and 100 MiB. */
export function container(tags: Readonly<Record<string, string>>, others: Partial<Usage> = {}): Source[] {
  const { cores = () => 0.5, bytes = () => 100 * 2 ** 20, family = 'kubernetes' } = others
  const [cpu, memory] = {
    kubernetes: ['kubernetes.cpu.usage.total', 'kubernetes.memory.working_set'],
    container: ['container.cpu.usage', 'container.memory.working_set'],
  }[family] as [string, string]
  const nanocores = (seconds: number) => {
    const value = cores(seconds)
    return value === undefined ? undefined : value * 1e9
  }
  return [
    { metric: cpu, tags, at: nanocores },
    { metric: memory, tags, at: bytes },
  ]
}

interface Usage {
  readonly cores: (seconds: number) => number | undefined
  readonly bytes: (seconds: number) => number | undefined
  readonly family: 'kubernetes' | 'container'
}

/** Tags of a Pod of Deployment `shop/web`. */
export const WEB = {
  kube_cluster_name: 'eu',
  kube_namespace: 'shop',
  pod_name: 'web-5d9c7b8f6d-x2k4p',
  kube_container_name: 'app',
  kube_ownerref_kind: 'replicaset',
  kube_ownerref_name: 'web-5d9c7b8f6d',
  kube_deployment: 'web',
}
