// The dashboard on a port of this machine, with a made fleet behind it.
import { request as send } from 'node:http'
import type { TestContext } from 'node:test'
import {
  type Backing,
  type DashboardOptions,
  Link,
  readPageFiles,
  startDashboard,
  type Viewer,
} from '../../src/dashboard/index.ts'
import { syntheticHistory } from '../../src/history/index.ts'
import { createLogger } from '../../src/telemetry/index.ts'
import { HOSTILE, madeFleet, NOW_SECONDS } from './made-fleet.ts'

export const OWNER: Viewer = {
  name: 'the owner',
  seen: async (namespaces) => new Set(namespaces),
  rights: async () => ({ decide: false, approve: false }),
  mayRestart: async () => undefined,
  actor: undefined,
}

export function madeBacking(workloads = 20, rest: Partial<Backing> = {}): Backing {
  const fleet = madeFleet(workloads)
  return {
    readFleet: async () => fleet,
    recommendation: async () => undefined,
    pods: async () => ({ carried: [], oomKills: [] }),
    explain: async () => ({
      ...{ patched: true, reasons: [{ code: 'Applied', says: HOSTILE, act: 'Nothing to do.' }], notes: [HOSTILE] },
      unread: [],
      running: [
        { pod: 'checkout-a', carries: 2, should: 2, isDone: true },
        {
          ...{ pod: 'checkout-b', carries: 1, should: 2, isDone: false },
          reason: { code: 'LastReplicaKept', says: HOSTILE, act: 'Allow it.' },
        },
        { pod: 'checkout-c', should: 2, isDone: false, changes: 'app cpu 300m -> 100m' },
      ],
      containers: [
        {
          ...{ name: 'app', kind: 'container' },
          resources: [
            {
              resource: 'cpu',
              reasons: [],
              stages: [
                { stage: 'author', request: '300m', says: "the author's values" },
                { stage: 'learned', request: '100m', says: 'p50 50m, p95 80m, p99 90m, peak 100m' },
                { stage: 'injected', request: '100m', says: 'what the Pod requests' },
              ],
            },
          ],
        },
      ],
    }),
    usage: { source: () => syntheticHistory({ endSeconds: NOW_SECONDS }), nowSeconds: () => NOW_SECONDS },
    readOnly: 'Nothing can be decided here.',
    ...rest,
  }
}

export interface Served {
  readonly url: string
  readonly host: string
  /** What follows the address: of the link that works next. */
  readonly link: () => string
  readonly ask: (path: string, options?: AskOptions) => Promise<Answer>
  /** Signs in by the link, and asks with the session from then on. */
  readonly signedIn: () => Promise<Served['ask']>
}

export interface AskOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: whatever was answered
  readonly json: () => any
}

/** Serves, and ends with the test. */
export async function serve(
  test: Pick<TestContext, 'after'>,
  rest: Partial<Pick<DashboardOptions, 'signIn' | 'backing' | 'clusters' | 'pathPrefix' | 'elapsed' | 'logger'>> = {},
): Promise<Served> {
  const link = new Link(OWNER, () => {})
  const dashboard = await startDashboard({
    ...{ host: '127.0.0.1', port: 0, signIn: link, backing: madeBacking(), files: readPageFiles(), version: '0.1.0' },
    ...{ logger: createLogger('silent'), elapsed: () => performance.now() },
    ...rest,
  })
  test.after(() => dashboard.close())
  const { host } = new URL(dashboard.url)
  const ask: Served['ask'] = (path, options = {}) => askOf(dashboard.url, path, options)
  return {
    ...{ url: dashboard.url, host, ask },
    link: () => link.fragment,
    async signedIn() {
      const secret = link.fragment.replace('#token=', '')
      const answer = await ask('/api/v1/session', post({ secret }))
      if (answer.status !== 200) throw new Error(answer.text)
      const cookie = cookieOf(answer)
      return (path, { headers, ...options } = {}) =>
        ask(path, { ...options, headers: { cookie, 'x-plimsoll-csrf': answer.json().csrf, ...headers } })
    },
  }
}

export function post(body: object): AskOptions {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

export function cookieOf({ headers }: Answer): string {
  return String(headers['set-cookie']).split(';')[0]!
}

/** As bare as can be: fetch would not let the test say which Host it asks, or which site asks. */
function askOf(url: string, path: string, { method = 'GET', headers = {}, body }: AskOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = send(new URL(path, url), { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        resolve({ status: response.statusCode!, headers: response.headers, text, json: () => JSON.parse(text) })
      })
    })
    request.on('error', reject)
    request.end(body)
  })
}
