import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent } from 'node:https'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { selfIssuedCertificate } from '../../src/certificates/index.ts'
import { eventually, post, refusesConnections, review, startHarness, temporaryDirectory } from './harness.ts'

const isReady = async (opsUrl: string) => (await fetch(`${opsUrl}/readyz`)).ok

/** Clients that send one request after another over kept connections, until told to stop. */
function stream({ url, ca }: { url: string; ca: Buffer }, clients: number) {
  const agent = new Agent({ ca, keepAlive: true, maxSockets: clients })
  const connections: unknown[] = []
  const failures: unknown[] = []
  let stopped = false
  const run = async () => {
    while (!stopped) {
      try {
        const { status, headers } = await post(`${url}/mutate/auto`, review(), { agent })
        if (status !== 200) failures.push(status)
        connections.push(headers.connection)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  const running = Array.from({ length: clients }, run)
  return {
    connections,
    failures,
    stop: async () => {
      stopped = true
      await Promise.all(running)
      agent.destroy()
    },
  }
}

test('under a stream of requests over kept connections, none fails while the replica drains', async (t) => {
  const harness = await startHarness(t, { drainTimes: { serveMilliseconds: 6000, closeMilliseconds: 5000 } })
  const { connections, failures, stop } = stream(harness, 8)
  await eventually(() => assert.ok(connections.length > 50))
  assert.ok(await isReady(harness.opsUrl))
  assert.deepEqual(new Set(connections), new Set(['keep-alive']))

  const ended = harness.drain()
  assert.ok(!(await isReady(harness.opsUrl)), 'readiness fails first')
  // As with endpoints: requests keep arriving for a while after readiness has failed.
  const before = connections.length
  await eventually(() => assert.ok(connections.length > before + 60))
  await stop()
  await ended

  assert.deepEqual(failures, [])
  const told = new Set(connections.slice(before + 8))
  assert.deepEqual(told, new Set(['close']), 'every client is told to go elsewhere')
  await refusesConnections(harness.port)
})

async function startProgram(t: TestContext, serveMilliseconds: number) {
  const { certFile, keyFile, caFile } = await selfIssuedCertificate(temporaryDirectory(t), ['127.0.0.1'], Date.now())
  const program = join(import.meta.dirname, 'program.ts')
  const child: ChildProcess = spawn(process.execPath, [program, certFile, keyFile, String(serveMilliseconds)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  t.after(() => child.kill('SIGKILL'))
  const exited = once(child, 'exit')
  const [line] = await once(createInterface(child.stdout!), 'line')
  const { url, opsUrl } = JSON.parse(line)
  return { child, exited, url, opsUrl, ca: readFileSync(caFile) }
}

test('a process that gets SIGTERM keeps serving, unready, and then exits with 0', async (t) => {
  const program = await startProgram(t, 6000)
  const { connections, failures, stop } = stream(program, 4)
  await eventually(() => assert.ok(connections.length > 20))
  program.child.kill('SIGTERM')
  await eventually(async () => assert.ok(!(await isReady(program.opsUrl))))
  const before = connections.length
  await eventually(() => assert.ok(connections.length > before + 20))
  await stop()
  assert.deepEqual(failures, [])
  assert.deepEqual(await program.exited, [0, null])
})

test('a process that gets a second signal ends at once', async (t) => {
  const program = await startProgram(t, 600_000)
  program.child.kill('SIGTERM')
  await eventually(async () => assert.ok(!(await isReady(program.opsUrl))))
  program.child.kill('SIGINT')
  assert.deepEqual(await program.exited, [130, null])
})
