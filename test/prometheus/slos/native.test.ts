import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { findOrBuild, locate } from '../../cluster/harness/binaries.ts'
import { until } from '../../cluster/harness/until.ts'
import { freePort } from '../free-port.ts'
import { whyNoPrometheus } from '../real-prometheus.ts'
import { PODS, readFrom, sloOf } from './support.ts'

const why = whyNoPrometheus() ?? (locate('native-histogram') ? undefined : 'npm run build:cluster -- native-histogram')
const PROMETHEUS = 'prometheus'
const [POD] = PODS.web

/** Starts a program that serves native histograms; returns its address. */
async function startProgram(t: TestContext): Promise<string> {
  const binaries = await findOrBuild(['native-histogram'], () => {})
  const program = spawn(binaries.path('native-histogram'), { stdio: ['ignore', 'pipe', 'ignore'] })
  t.after(() => program.kill('SIGKILL'))
  const [address] = await once(createInterface({ input: program.stdout }), 'line')
  return address
}

/** Starts a Prometheus that scrapes a program each second, as a Pod of the namespace. */
async function startScraping(t: TestContext, address: string, ...flags: string[]): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'plimsoll-native-'))
  const port = await freePort()
  const labels = { namespace: 'shop', pod: POD }
  const job = { job_name: 'web', static_configs: [{ targets: [address], labels }] }
  const config = join(directory, 'prometheus.yaml')
  writeFileSync(config, JSON.stringify({ global: { scrape_interval: '1s' }, scrape_configs: [job] }))
  const server = spawn(
    PROMETHEUS,
    [
      ...[`--config.file=${config}`, `--storage.tsdb.path=${join(directory, 'data')}`],
      ...[`--web.listen-address=127.0.0.1:${port}`, ...flags],
    ],
    { stdio: 'ignore' },
  )
  t.after(async () => {
    server.kill('SIGKILL')
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit')
    rmSync(directory, { recursive: true, force: true })
  })
  return `http://127.0.0.1:${port}`
}

test('native histograms give the share within one bucket, and say how exact it is', {
  skip: why ?? false,
  timeout: 120_000,
}, async (t) => {
  const address = await startProgram(t)
  const url = await startScraping(t, address, '--enable-feature=native-histograms')
  const read = async () => {
    const { web } = await readFrom(url, sloOf({ preset: { name: 'http' } }, { errors: undefined }), {
      atSeconds: Date.now() / 1000,
    }).catch(() => ({ web: undefined }))
    return web?.[0]?.state === 'Found' && web[0].burn!.short.total > 0 ? web[0] : undefined
  }
  const latency = await until('two scrapes', read, { timeoutMilliseconds: 60_000, everyMilliseconds: 500 })
  const { bad, total } = latency!.burn!.long
  // No request took a time that is near the threshold, so interpolation invents none.
  assert.ok(Math.abs(bad / total - 0.2) < 0.001, `${bad} of ${total}`)
  assert.deepEqual([...latency!.byPod!.keys()], [POD])
  assert.match(latency!.message!, /interpolated within one bucket of a native histogram.*9 % wide/)
})
