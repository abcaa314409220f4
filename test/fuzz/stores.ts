// Stores that answer oddly, read as report and learner read them: nothing but declared errors comes out, reading ends, and every point
// of an answer is used or reported.
import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { HistoryError } from '../../src/history/index.ts'
import {
  type KnownPods,
  OwnCluster,
  type PrometheusOptions,
  prometheusHistory,
  prometheusSignals,
  ReadingAccount,
  remarksOn,
} from '../../src/prometheus/index.ts'
import { type Damage, damaged, damages, type Mutation, mutate, mutations } from './mutations.ts'
import type { Target } from './target.ts'

interface Case {
  /** Changes of the answers to range queries and of those to instant queries. */
  readonly ofRanges: Mutation[]
  readonly ofInstants: Mutation[]
  /** Changes of the text of one answer, and which one. */
  readonly ofText: Damage[]
  readonly request: number
  readonly status: number
}

const STEP = 300
const TO = 1_800_000_000
const WINDOW = { fromSeconds: TO - 24 * STEP, toSeconds: TO }
/** Requests after which a reading counts as endless. */
const MANY = 3_000
const LIMIT_MILLISECONDS = 30_000

const PODS = ['web-7c5ddbdf54-2x8vq', 'db-0', 'debug-x2x4z']
const owned = (owner_kind: string, owner_name: string) => ({ owner_kind, owner_name, owner_is_controller: 'true' })
const OWNERS = [owned('ReplicaSet', 'web-7c5ddbdf54'), owned('StatefulSet', 'db'), {}]

/** A store whose answers change with each case. */
class Store {
  readonly #server = createServer((request, response) => this.#answer(new URL(request.url!, 'http://store'), response))
  #input: Case | undefined
  requests = 0
  /** Points of usage that were sent, by what was asked. */
  readonly sent = new Map<string, number>()
  #url: Promise<string> | undefined

  begin(input: Case): Promise<string> {
    this.#input = input
    this.requests = 0
    this.sent.clear()
    this.#url ??= new Promise((listening) => {
      this.#server.unref().listen(0, '127.0.0.1', () => {
        listening(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`)
      })
    })
    return this.#url
  }

  #answer(url: URL, response: ServerResponse): void {
    const { ofRanges, ofInstants, ofText, request, status } = this.#input!
    const number = this.requests++
    const isRange = url.searchParams.has('step')
    const answer = { status: 'success', data: isRange ? rangeOf(url.searchParams) : instantOf(url.searchParams) }
    mutate({ answer }, isRange ? ofRanges : ofInstants)
    const isDamaged = number % 64 === request
    const text = Buffer.from(JSON.stringify(answer))
    const body = isDamaged ? damaged(text, ofText) : text
    if (isRange) this.#count(url, body.toString())
    response.writeHead(isDamaged ? status : 200, { 'content-type': 'application/json' })
    response.end(body)
  }

  #count(url: URL, body: string): void {
    const query = url.searchParams.get('query')!
    if (query.startsWith('count')) return
    // What is asked for again counts as it was answered last.
    this.sent.set(`${query}@${url.searchParams.get('start')}`, pointsIn(body))
  }
}

function pointsIn(body: string): number {
  try {
    const { data } = JSON.parse(body)
    return data.result.reduce((sum: number, { values }: { values: unknown[] }) => sum + values.length, 0)
  } catch {
    // It is not read, either.
    return 0
  }
}

function rangeOf(asked: URLSearchParams): object {
  const [start, end, step] = ['start', 'end', 'step'].map((name) => Number(asked.get(name)))
  const query = asked.get('query')!
  const points = (value: string) =>
    Array.from({ length: Math.min(500, Math.max(0, (end! - start!) / step! + 1)) }, (_, i) => [
      start! + i * step!,
      value,
    ])
  if (query.startsWith('count'))
    return { resultType: 'matrix', result: [{ metric: { namespace: 'shop' }, values: points('3') }] }
  const value = query.includes('rate(') ? '0.5' : '1048576'
  const result = PODS.map((pod) => ({
    metric: { namespace: 'shop', pod, container: 'app', cluster: 'a' },
    values: points(value),
  }))
  return { resultType: 'matrix', result }
}

function instantOf(asked: URLSearchParams): object {
  const query = asked.get('query')!
  const time = Number(asked.get('time'))
  const one = (metric: object, value = '1') => ({ metric, value: [time, value] })
  const of = (): object[] => {
    if (query.includes('exported_')) return []
    if (query.startsWith('count without')) return [one({ cluster: 'a' }), one({ cluster: 'a', region: 'x' })]
    if (query.includes('scraped')) return [one({ scraped: 'most' }, '60'), one({ scraped: 'least' }, '12')]
    const labels = PODS.map((pod, i) => ({
      namespace: 'shop',
      pod,
      container: 'app',
      resource: 'cpu',
      node: 'n',
      ...OWNERS[i],
    }))
    return labels.map((label) => one({ ...label, replicaset: 'web-7c5ddbdf54', job_name: 'x', cluster: 'a' }))
  }
  return { resultType: 'vector', result: of() }
}

/** What a learner knows that has just begun. */
const KNOWN: KnownPods = {
  namespaces: ['shop', 'other'],
  sinceSeconds: () => TO - 6 * STEP,
  uidsOf: (_, pod) => (pod === 'db-0' ? new Set(['0d1c2b3a-1111-4222-8333-444455556666']) : undefined),
}

const store = new Store()

export const stores: Target<Case> = {
  name: 'stores',
  count: 400,
  cases: fc.record({
    ofRanges: mutations(3),
    ofInstants: mutations(2),
    ofText: damages,
    request: fc.nat(63),
    status: fc.constantFrom(200, 200, 200, 302, 400, 404, 413, 422, 429, 500, 503),
  }),
  check,
  show: (input) => input,
}

async function check(input: Case): Promise<void> {
  const account = new ReadingAccount()
  const options: PrometheusOptions = {
    url: await store.begin(input),
    nowSeconds: () => TO,
    account,
    retry: { attempts: 2, baseMilliseconds: 1, longestMilliseconds: 2 },
  }
  const signal = AbortSignal.timeout(LIMIT_MILLISECONDS)
  let values = 0
  const isRead = await declared(async () => {
    for await (const samples of prometheusHistory(options).read({ window: WINDOW, signal }))
      for (const { cpuCores, memoryBytes } of samples)
        values += Number(!Number.isNaN(cpuCores)) + Number(!Number.isNaN(memoryBytes))
  })
  assert.ok(store.requests < MANY, `${store.requests} requests`)
  if (isRead) {
    const bad = [...account.badPoints.values()].reduce((sum, number) => sum + number, 0)
    assert.equal(values, account.used, 'values of samples')
    assert.equal(account.points, account.used + bad + account.pointsOfOthers, 'points used and left out')
    const sent = [...store.sent.values()].reduce((sum, number) => sum + number, 0)
    assert.equal(account.points, sent, 'points sent')
    remarksOn(account)
  }
  await declared(() => prometheusSignals(options, WINDOW, signal))
  await declared(async () => {
    const decided = await new OwnCluster(KNOWN).decide(options, 'shop', WINDOW, signal)
    if ('why' in decided) return
    const own = prometheusHistory({ ...options, own: decided.guard, namespaces: ['shop'] })
    for await (const samples of own.read({ window: WINDOW, signal })) assert.ok(samples.length > 0)
  })
  assert.ok(store.requests < 4 * MANY, `${store.requests} requests`)
}

/** Whether something ends well. @throws what is not a declared error, or took too long */
async function declared(run: () => Promise<unknown>): Promise<boolean> {
  try {
    await run()
    return true
  } catch (error) {
    if (error instanceof HistoryError) return false
    throw error
  }
}
