import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import type { ReadOptions, UsageSample } from '../../src/history/index.ts'
import { type PrometheusOptions, prometheusHistory } from '../../src/prometheus/index.ts'
import { collect } from '../history/support.ts'

/** A request to the HTTP API, with the fields that tests use. */
export interface ApiRequest {
  readonly path: string
  readonly query: string
  readonly start: number
  readonly end: number
  readonly step: number
  readonly headers: IncomingMessage['headers']
}

export interface Store {
  readonly url: string
  /** All received requests, in order. */
  readonly requests: readonly ApiRequest[]
}

export type Answer = (request: ApiRequest, response: ServerResponse, incoming: IncomingMessage) => void

/** A server on loopback that answers as configured, and is closed after the test. */
export async function startStore(
  t: TestContext,
  answer: Answer,
  tls?: { readonly key: string; readonly cert: string },
): Promise<Store> {
  const requests: ApiRequest[] = []
  const listener: RequestListener = (incoming, response) => {
    const url = new URL(incoming.url!, 'http://store')
    const parameter = (name: string) => url.searchParams.get(name) ?? ''
    const request: ApiRequest = {
      path: url.pathname,
      query: parameter('query'),
      start: Number(parameter('start')),
      end: Number(parameter('end') || parameter('time')),
      step: Number(parameter('step')),
      headers: incoming.headers,
    }
    requests.push(request)
    answer(request, response, incoming)
  }
  const server = tls ? createTlsServer(tls, listener) : createServer(listener)
  server.listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`, requests }
}

export function json(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

export function refuse(
  response: ServerResponse,
  status: number,
  error: string,
  headers: Record<string, string> = {},
): void {
  json(response, { status: 'error', errorType: 'execution', error }, status, headers)
}

/** A healthy store with one container in namespace `shop`: half a core, 1 MiB. */
export const healthy: Answer = (request, response) => json(response, { status: 'success', data: dataFor(request) })

export function dataFor({ path, query, start, end, step }: ApiRequest): unknown {
  if (path.endsWith('/query')) return { resultType: 'vector', result: [] }
  const points = (value: string) => {
    const all: [number, string][] = []
    for (let seconds = start; seconds <= end; seconds += step) all.push([seconds, value])
    return all
  }
  const result = query.startsWith('count by (namespace)')
    ? [{ metric: { namespace: 'shop' }, values: points('1') }]
    : [
        {
          metric: { namespace: 'shop', pod: 'web-0', container: 'web' },
          values: points(query.includes('rate(') ? '0.5' : '1048576'),
        },
      ]
  return { resultType: 'matrix', result }
}

export const DAY = 24 * 3600
/** A multiple of every step. */
export const NOW = 20_000 * DAY

/** Options for a fast reading: a day, and hardly any wait between attempts. */
export function options(url: string, more: Partial<PrometheusOptions> = {}): PrometheusOptions {
  const retry = { attempts: 4, baseMilliseconds: 1, longestMilliseconds: 2_000 }
  return { url, nowSeconds: () => NOW, retry, ...more }
}

export const LAST_DAY: ReadOptions = { window: { fromSeconds: NOW - DAY, toSeconds: NOW } }

export function readDay(url: string, more: Partial<PrometheusOptions> = {}): Promise<UsageSample[]> {
  return collect(prometheusHistory(options(url, more)), LAST_DAY)
}
