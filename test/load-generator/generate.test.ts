import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { selfIssuedCertificate } from '../../src/certificates/index.ts'
import type { GeneratorSpec } from '../../src/load/index.ts'
import { generateLoad } from '../../src/load-generator/index.ts'
import { serve } from './server.ts'

/** How much later than it should a busy machine may do something. */
const SLACK_MILLISECONDS = 300

function specOf(url: string, changes: Partial<GeneratorSpec> = {}): GeneratorSpec {
  return {
    ...{ url, requestsPerSecond: 100, arrivals: 'constant', method: 'GET', headers: {} },
    ...{ durationSeconds: 1, warmUpSeconds: 0, timeoutSeconds: 5, connections: 200, insecureSkipTlsVerify: false },
    ...changes,
  }
}

const after = (milliseconds: number, action: () => void) => void setTimeout(action, milliseconds)

async function server(t: TestContext, ...args: Parameters<typeof serve>) {
  const served = await serve(...args)
  t.after(() => served.close())
  return served
}

// They wait most of the time.
describe('the load generator', { concurrency: 4 }, () => {
  it('sends as many requests as the rate says, and measures what each took', async (t) => {
    let received = 0
    const { url } = await server(t, (_, response) => {
      received += 1
      after(100, () => response.end('ok'))
    })
    const { requests, failed, scheduledPerSecond, sentPerSecond, latencyMilliseconds } = await generateLoad(specOf(url))
    assert.deepEqual(
      { requests, failed, scheduledPerSecond, sentPerSecond },
      { requests: 100, failed: 0, scheduledPerSecond: 100, sentPerSecond: 100 },
    )
    assert.equal(received, 100)
    const { p50, max } = latencyMilliseconds
    assert.ok(p50! >= 99 && p50! < 100 + SLACK_MILLISECONDS, `${p50}`)
    assert.ok(max! >= p50! * 0.995, `${max}`)
  })

  it('tells slow requests from fast ones', async (t) => {
    let count = 0
    const { url } = await server(t, (_, response) => {
      const isSlow = count++ % 10 === 0
      after(isSlow ? 1000 : 0, () => response.end())
    })
    const { latencyMilliseconds } = await generateLoad(specOf(url, { durationSeconds: 2 }))
    const { p50, p95 } = latencyMilliseconds
    assert.ok(p50! < SLACK_MILLISECONDS, `${p50}`)
    assert.ok(p95! >= 990 && p95! < 1000 + SLACK_MILLISECONDS, `${p95}`)
  })

  it('sends the configured method, headers and body', async (t) => {
    const received: unknown[] = []
    const { url } = await server(t, (request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => {
        received.push([request.method, request.url, request.headers['x-user'], body])
        response.end()
      })
    })
    const what = { method: 'POST', headers: { 'x-user': 'a' }, body: '{"n":1}', requestsPerSecond: 1 }
    await generateLoad(specOf(`${url}cart?item=1`, what))
    assert.deepEqual(received, [['POST', '/cart?item=1', 'a', '{"n":1}']])
  })

  it('does not count the warm-up', async (t) => {
    const started = performance.now()
    let received = 0
    const { url } = await server(t, (_, response) => {
      received += 1
      // Slow, as a cold start, well within the warm-up.
      after(performance.now() - started < 500 ? 400 : 0, () => response.end())
    })
    const { requests, latencyMilliseconds } = await generateLoad(
      specOf(url, { warmUpSeconds: 1.5, durationSeconds: 0.5 }),
    )
    assert.equal(requests, 50)
    assert.equal(received, 200)
    assert.ok(latencyMilliseconds.p99! < 400, `${latencyMilliseconds.p99}`)
  })

  for (const connections of [200, 5]) {
    it(`counts the time that requests wait while the service stalls, with ${connections} connections`, async (t) => {
      const { url } = await stalling(t)
      const spec = specOf(url, { durationSeconds: 3, connections })
      const { requests, failed, latencyMilliseconds } = await generateLoad(spec)
      // A third of the requests was due while nothing was answered: their latencies are spread from 0 to 1000 ms.
      assert.deepEqual([requests, failed], [300, 0])
      const { p50, p90, p95, max } = latencyMilliseconds
      assert.ok(p50! < SLACK_MILLISECONDS, `p50 ${p50}`)
      assert.ok(p90! > 600 && p90! < 700 + SLACK_MILLISECONDS, `p90 ${p90}`)
      assert.ok(p95! > 750 && p95! < 850 + SLACK_MILLISECONDS, `p95 ${p95}`)
      assert.ok(max! > 900, `max ${max}`)
    })
  }

  it('shows a stall that a closed loop hides', async (t) => {
    const { url } = await stalling(t)
    const end = performance.now() + 3000
    const latencies: number[] = []
    const user = async () => {
      while (performance.now() < end) {
        const start = performance.now()
        await (await fetch(url)).arrayBuffer()
        latencies.push(performance.now() - start)
        // As often as the requests above, all users together.
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, 50 - (performance.now() - start))))
      }
    }
    await Promise.all(Array.from({ length: 5 }, user))
    const p95 = latencies.toSorted((a, b) => a - b)[Math.floor(latencies.length * 0.95)]!
    assert.ok(p95 < 600, `a closed loop measured a p95 of ${p95} ms`)
  })

  it('counts answers with an error as failed, and what they took', async (t) => {
    let count = 0
    const { url } = await server(t, (_, response) => {
      response.writeHead([200, 302, 404, 503][count++ % 4]!).end()
    })
    const { requests, failed, failures, latencyMilliseconds } = await generateLoad(specOf(url))
    assert.deepEqual(
      { requests, failed, failures },
      { requests: 100, failed: 50, failures: { 'status 404': 25, 'status 503': 25 } },
    )
    assert.ok(latencyMilliseconds.p50! > 0)
  })

  it('gives up on an answer after the timeout, which then is its latency', async (t) => {
    const { url } = await server(t, () => {})
    const spec = specOf(url, { timeoutSeconds: 0.3, connections: 10, requestsPerSecond: 50 })
    const { requests, failed, failures, latencyMilliseconds } = await generateLoad(spec)
    assert.deepEqual({ requests, failed, failures }, { requests: 50, failed: 50, failures: { timeout: 50 } })
    assert.ok(
      latencyMilliseconds.p50! >= 298 && latencyMilliseconds.p50! < 300 + SLACK_MILLISECONDS,
      `${latencyMilliseconds.p50}`,
    )
  })

  it('ends in time under a load that the service can never carry', async (t) => {
    const { url } = await server(t, (_, response) => after(500, () => response.end()))
    const started = performance.now()
    // Two connections carry 4 requests per second.
    const spec = specOf(url, { connections: 2, timeoutSeconds: 1, requestsPerSecond: 500 })
    const { requests, failed, sentPerSecond } = await generateLoad(spec)
    assert.ok(performance.now() - started < 3000 + 3 * SLACK_MILLISECONDS)
    assert.equal(requests, 500)
    assert.ok(failed >= 490 && sentPerSecond < 20, `${failed} failed, ${sentPerSecond}/s sent`)
  })

  it('counts refused connections as failed, without a latency', async () => {
    const listener = createServer().listen(0, '127.0.0.1')
    await once(listener, 'listening')
    const { port } = listener.address() as { port: number }
    await new Promise((resolve) => listener.close(resolve))
    const { failed, failures, latencyMilliseconds } = await generateLoad(specOf(`http://127.0.0.1:${port}/`))
    assert.deepEqual(
      { failed, failures, latencyMilliseconds },
      { failed: 100, failures: { ECONNREFUSED: 100 }, latencyMilliseconds: {} },
    )
  })

  it('counts connections that are cut as failed', async (t) => {
    const { url } = await server(t, (request) => request.socket.destroy())
    const { requests, failed } = await generateLoad(specOf(url))
    assert.deepEqual([requests, failed], [100, 100])
  })

  it('speaks TLS, and accepts an unknown certificate only where it is told to', async (t) => {
    const { url } = await server(t, (_, response) => response.end(), await certificate(t))
    const spec = specOf(url, { requestsPerSecond: 20 })
    const refused = await generateLoad(spec)
    assert.deepEqual([refused.failed, refused.requests], [20, 20])
    const accepted = await generateLoad({ ...spec, insecureSkipTlsVerify: true })
    assert.deepEqual([accepted.failed, accepted.requests], [0, 20])
  })

  it('opens several connections, so that a Service spreads them over its Pods', async (t) => {
    const { url, server: served } = await server(t, (_, response) => response.end())
    let opened = 0
    served.on('connection', () => {
      opened += 1
    })
    await generateLoad(specOf(url))
    assert.ok(opened >= 16, `${opened}`)
  })

  it('ends early when it is asked to, with what it measured so far', async (t) => {
    const ending = new AbortController()
    let received = 0
    const { url } = await server(t, (_, response) => {
      if (++received === 50) ending.abort()
      response.end()
    })
    const { requests, scheduledPerSecond } = await generateLoad(specOf(url, { durationSeconds: 60 }), {
      signal: ending.signal,
    })
    assert.ok(requests >= 50 && requests < 200, `${requests}`)
    assert.ok(Math.abs(scheduledPerSecond - 100) < 25, `${scheduledPerSecond}`)
  })

  it('says that the CPU limit kept it from sending on schedule', async (t) => {
    const { url } = await server(t, (_, response) => response.end())
    let milliseconds = 1000
    const throttledMilliseconds = () => (milliseconds += 200)
    const { throttled } = await generateLoad(specOf(url), { throttledMilliseconds })
    assert.match(throttled!, /CPU limit kept the load generator waiting for 20 % of the time/)
  })
})

describe('a load generator in a busy process', () => {
  it('says that it was too busy to send on schedule', async (t) => {
    let count = 0
    // The server runs in the process of the generator, and keeps it from running.
    const { url } = await server(t, (_, response) => {
      if (++count % 20 === 0) for (const end = performance.now() + 150; performance.now() < end; );
      response.end()
    })
    const { throttled } = await generateLoad(specOf(url))
    assert.match(throttled!, /busy: 1 % of the requests were \d+ ms late/)
  })
})

/** A server that answers nothing from one to two seconds after its first request. */
async function stalling(t: TestContext) {
  let first: number | undefined
  return await server(t, (_, response) => {
    first ??= performance.now()
    const at = performance.now() - first
    if (at < 1000 || at >= 2000) response.end()
    else after(2000 - at, () => response.end())
  })
}

async function certificate(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'load-generator-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const { certFile, keyFile } = await selfIssuedCertificate(directory, ['127.0.0.1'], Date.now())
  return { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8') }
}
