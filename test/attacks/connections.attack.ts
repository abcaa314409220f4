// `npm run test:attacks`, on an idle machine: 15,000 connections with unfinished headers, from two processes, on each
// port of the webhook, within the chart's memory limit.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { Agent } from 'node:https'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { parse } from 'yaml'
import { selfIssuedCertificate } from '../../src/certificates/index.ts'
import { parseQuantity, toNumber } from '../../src/resources/index.ts'
import { LIMITS } from '../../src/webhook/limits.ts'
import { post, review, temporaryDirectory } from '../webhook/harness.ts'

const ROOT = join(import.meta.dirname, '../..')
const PROGRAM = join(ROOT, 'test/webhook/program.ts')
const FLOOD = join(import.meta.dirname, 'flood.ts')
const CLIENTS = 2
const CONNECTIONS = 15_000
/** Connections of the two ports, and a few that every process has. */
const MOST_OPEN = LIMITS.connections + 500

const { webhook } = parse(readFileSync(join(ROOT, 'charts/plimsoll/values.yaml'), 'utf8'))
const memoryLimitBytes = toNumber(parseQuantity(webhook.resources.limits.memory)!)
/** `timeoutSeconds` of the webhook configuration. */
const TIMEOUT_MILLISECONDS = 2_000

async function startProgram(t: TestContext) {
  const files = await selfIssuedCertificate(temporaryDirectory(t), ['127.0.0.1'], Date.now())
  // The chart sets half of the memory limit.
  const heap = `--max-old-space-size=${Math.floor(memoryLimitBytes / 2 ** 21)}`
  const args = [heap, '--max-semi-space-size=4', PROGRAM, files.certFile, files.keyFile, '1000']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  t.after(() => child.kill('SIGKILL'))
  const [line] = await firstLines(child, 1)
  const { url, opsUrl } = JSON.parse(line!) as { readonly url: string; readonly opsUrl: string }
  return { child, url, opsUrl, ca: readFileSync(files.caFile) }
}

async function firstLines(child: ChildProcess, count: number): Promise<string[]> {
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stdout! })) {
    lines.push(line)
    if (lines.length === count) break
  }
  return lines
}

function peakBytes({ pid }: ChildProcess): number {
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!
  return Number(kibibytes) * 1024
}

for (const [what, layer, portOf] of [
  ['the webhook', 'tls', ({ url }: { url: string }) => url],
  ['probes and metrics', 'plain', ({ opsUrl }: { opsUrl: string }) => opsUrl],
] as const) {
  test(`valid calls are answered in time while the port for ${what} is flooded`, { timeout: 600_000 }, async (t) => {
    const program = await startProgram(t)
    const port = new URL(portOf({ ...program })).port
    const floods = Array.from({ length: CLIENTS }, () =>
      spawn(process.execPath, [FLOOD, layer, port, String(CONNECTIONS / CLIENTS)], {
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    )
    t.after(() => {
      for (const flood of floods) flood.kill()
    })
    let isOver = false
    const over = Promise.all(floods.map((flood) => firstLines(flood, 1))).then((said) => {
      isOver = true
      return said.flat()
    })

    const kept = new Agent({ ca: program.ca, keepAlive: true })
    t.after(() => kept.destroy())
    let [calls, slowest] = [0, 0]
    const call = async (agent: Agent) => {
      const began = performance.now()
      const { status } = await post(`${program.url}/mutate/auto`, review(), { agent })
      assert.equal(status, 200)
      slowest = Math.max(slowest, performance.now() - began)
      calls++
    }
    const look = async () => {
      const fresh = new Agent({ ca: program.ca, keepAlive: false })
      await call(kept)
      await call(fresh)
      const probe = await fetch(`${program.opsUrl}/readyz`, { signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS) })
      assert.equal(probe.status, 200)
    }
    while (!isOver) await look()
    // The limit of connections is reached.
    for (let i = 0; i < 20; i++) await look()
    for (const line of await over) t.diagnostic(line)
    const [peak, open] = [peakBytes(program.child), readdirSync(`/proc/${program.child.pid}/fd`).length]
    t.diagnostic(
      `${open} files and sockets open, ${calls} calls, the slowest ${slowest.toFixed(0)} ms; peak ${(peak / 2 ** 20).toFixed(0)} MiB`,
    )
    assert.equal(program.child.exitCode, null)
    assert.ok(open < MOST_OPEN, `${open} files and sockets`)
    assert.ok(peak < memoryLimitBytes, `${peak} bytes`)
    assert.ok(slowest < TIMEOUT_MILLISECONDS, `${slowest} ms`)
  })
}
