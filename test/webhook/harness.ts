import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import { Agent, request } from 'node:https'
import { connect as connectPlain } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { type SelfIssued, selfIssuedCertificate } from '../../src/certificates/index.ts'
import { createLogger, createMetrics } from '../../src/telemetry/index.ts'
import { pemFiles, type RunningWebhook, startWebhook, type WebhookOptions } from '../../src/webhook/index.ts'
import { allowed } from '../../src/webhook/review.ts'

/** A directory that goes away with the test. */
export function temporaryDirectory(context: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'plimsoll-test-'))
  context.after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

export interface Harness extends RunningWebhook {
  readonly ca: Buffer
  readonly port: number
  readonly files: SelfIssued
  /** Value of one series, as Prometheus would scrape it; 0 while there is none. */
  readonly metric: (series: string) => Promise<number>
  /** Everything logged so far, parsed. */
  readonly logs: Record<string, unknown>[]
  readonly post: (path: string, body: string | Buffer, headers?: Record<string, string>) => Promise<Reply>
}

/** The webhook on ephemeral ports with its own certificate; closed with the test. */
export async function startHarness(context: TestContext, options: Partial<WebhookOptions> = {}): Promise<Harness> {
  const files = await selfIssuedCertificate(temporaryDirectory(context), ['127.0.0.1', 'localhost'], Date.now())
  const logs: Record<string, unknown>[] = []
  const webhook = await startWebhook({
    host: '127.0.0.1',
    port: 0,
    opsPort: 0,
    admit: (request) => allowed(request, { reasons: ['NoRecommendation'] }),
    certificate: pemFiles(files.certFile, files.keyFile),
    snapshot: { isSynced: true, size: 0 },
    metrics: createMetrics(),
    logger: createLogger('debug', { write: (line) => void logs.push(JSON.parse(line)) }),
    ...options,
  })
  const ca = readFileSync(files.caFile)
  const agent = new Agent({ ca, keepAlive: true })
  context.after(async () => {
    agent.destroy()
    await webhook.close()
  })
  return {
    ...webhook,
    ca,
    port: Number(new URL(webhook.url).port),
    files,
    logs,
    metric: (series) => scrape(webhook.opsUrl, series),
    post: (path, body, headers) => post(webhook.url + path, body, { agent, ...(headers && { headers }) }),
  }
}

export async function scrape(opsUrl: string, series: string): Promise<number> {
  const text = await (await fetch(`${opsUrl}/metrics`)).text()
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `))
  return line ? Number(line.slice(series.length + 1)) : 0
}

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: an answer of any shape, looked into by assertions
  readonly json: any
}

export interface PostOptions {
  readonly agent: Agent
  readonly headers?: Record<string, string>
  readonly method?: string
}

export function post(url: string, body: string | Buffer, options: PostOptions): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { agent, method = 'POST' } = options
    const headers = {
      'content-type': 'application/json',
      ...(!options.headers?.['transfer-encoding'] && { 'content-length': String(Buffer.byteLength(body)) }),
      ...options.headers,
    }
    const outgoing = request(url, { agent, method, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        const json = response.headers['content-type']?.startsWith('application/json') ? JSON.parse(text) : undefined
        resolve({ status: response.statusCode!, headers: response.headers, text, json })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

const FIXTURES = join(import.meta.dirname, '../fixtures/admission')

/** A captured AdmissionReview by name, exactly as kube-apiserver posts it: without line breaks. */
export function capturedReview(name: string): string {
  return JSON.stringify(JSON.parse(readFileSync(join(FIXTURES, `${name}.json`), 'utf8')))
}

export function capturedNames(): string[] {
  return readdirSync(FIXTURES)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.replace('.json', ''))
}

/** The review of a Pod as kube-apiserver writes it, with these fields of its request changed. */
export function review(changes: Record<string, unknown> = {}): string {
  return JSON.stringify({
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      requestKind: { group: '', version: 'v1', kind: 'Pod' },
      requestResource: { group: '', version: 'v1', resource: 'pods' },
      namespace: 'shop',
      operation: 'CREATE',
      userInfo: {
        username: 'system:serviceaccount:kube-system:replicaset-controller',
        groups: ['system:authenticated'],
      },
      object: { kind: 'Pod', apiVersion: 'v1', metadata: {}, spec: { containers: [{ name: 'app', image: 'app:1' }] } },
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
      ...changes,
    },
  })
}

/** A TLS connection to write bytes on, which keeps what comes back. */
export interface RawConnection {
  readonly socket: TLSSocket
  readonly received: () => string
  readonly closed: Promise<string>
}

export async function connectRaw({ port, ca }: Harness, options: ConnectionOptions = {}): Promise<RawConnection> {
  const socket = connect({ port, host: '127.0.0.1', ca, ...options })
  let received = ''
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1')
  })
  const closed = new Promise<string>((resolve) => socket.on('close', () => resolve(received)))
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve)
    socket.once('error', reject)
  })
  // A reset by the server is an answer as good as any; tests look at what was received.
  socket.on('error', () => {})
  return { socket, received: () => received, closed }
}

/** Fails while anything listens on the port. */
export async function refusesConnections(port: number) {
  const socket = connectPlain(port, '127.0.0.1')
  const outcome = await once(socket, 'connect').then(
    () => 'connected',
    (error) => error.code,
  )
  socket.destroy()
  assert.equal(outcome, 'ECONNREFUSED')
}

/** Timers that keep this process alive. */
export function activeTimers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length
}

/** Asks again until it holds; fails with the last problem after a minute: a busy machine stalls. */
export async function eventually(check: () => void | Promise<void>): Promise<void> {
  const deadline = performance.now() + 60_000
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (performance.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
}
