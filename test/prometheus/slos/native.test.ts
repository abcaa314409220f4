import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import type { SloPreset } from '../../../src/api/index.ts'
import type { SloReading } from '../../../src/slos/index.ts'
import { findOrBuild, locate } from '../../cluster/harness/binaries.ts'
import { until } from '../../cluster/harness/until.ts'
import { freePort } from '../free-port.ts'
import { whyNoPrometheus } from '../real-prometheus.ts'
import { PODS, readFrom, sloOf } from './support.ts'

const why = whyNoPrometheus() ?? (locate('native-histogram') ? undefined : 'npm run build:cluster -- native-histogram')
const PROMETHEUS = 'prometheus'
const [POD] = PODS.web

/** Presets whose projects can export native histograms, and whether their labels include the result of a request. */
const PRESETS: readonly { readonly name: SloPreset; readonly ingress?: string; readonly hasStatus: boolean }[] = [
  { name: 'http', hasStatus: true },
  { name: 'openTelemetryHttp', hasStatus: true },
  { name: 'openTelemetryRpc', hasStatus: true },
  { name: 'grpc', hasStatus: false },
  { name: 'istio', hasStatus: true },
  { name: 'ingressNginx', ingress: 'web', hasStatus: true },
  { name: 'envoy', hasStatus: false },
]

type Closing = () => Promise<void> | void

/** Starts a program that serves native histograms; returns its address. */
async function startProgram(closing: Closing[]): Promise<string> {
  const binaries = await findOrBuild(['native-histogram'], () => {})
  const program = spawn(binaries.path('native-histogram'), { stdio: ['ignore', 'pipe', 'ignore'] })
  closing.push(() => void program.kill('SIGKILL'))
  const [address] = await once(createInterface({ input: program.stdout }), 'line')
  return address
}

/** Starts a Prometheus that scrapes a program each second, as a Pod of the namespace. */
async function startScraping(closing: Closing[], address: string): Promise<string> {
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
      ...[`--web.listen-address=127.0.0.1:${port}`, '--enable-feature=native-histograms'],
    ],
    { stdio: 'ignore' },
  )
  closing.push(async () => {
    server.kill('SIGKILL')
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit')
    rmSync(directory, { recursive: true, force: true })
  })
  return `http://127.0.0.1:${port}`
}

describe('native histograms', { skip: why ?? false, timeout: 180_000 }, () => {
  const closing: Closing[] = []
  let url: string
  before(async () => {
    url = await startScraping(closing, await startProgram(closing))
  })
  after(async () => {
    for (const close of closing) await close()
  })

  /** Both objectives of the workload, as soon as there are two scrapes. */
  async function read(preset: object, more: object = {}): Promise<readonly SloReading[]> {
    const attempt = async () => {
      const { web } = await readFrom(url, sloOf({ preset }, more), { atSeconds: Date.now() / 1000 }).catch(() => ({
        web: undefined,
      }))
      return web?.[0]?.state === 'Found' && web[0].burn!.short.total > 0 ? web : undefined
    }
    return (await until('two scrapes', attempt, { timeoutMilliseconds: 60_000, everyMilliseconds: 500 }))!
  }
  const shareOf = ({ burn }: SloReading) => burn!.long.bad / burn!.long.total

  for (const { hasStatus, ...preset } of PRESETS) {
    test(`give the share of slow requests within one bucket for the preset ${preset.name}, and say how exact it is`, async () => {
      const [latency] = await read(preset, { errors: undefined })
      // No request took a time near the threshold, so interpolation is exact.
      assert.ok(Math.abs(shareOf(latency!) - 0.2) < 0.001, `${shareOf(latency!)}`)
      assert.match(latency!.message!, /interpolated within one bucket of a native histogram.*9 % wide/)
      const tellsPods = preset.name !== 'ingressNginx'
      assert.deepEqual(latency!.byPod && [...latency!.byPod.keys()], tellsPods ? [POD] : undefined)
    })

    if (hasStatus)
      test(`count failed requests for the preset ${preset.name}, although they have no series _count`, async () => {
        const [errors] = await read(preset, { latency: undefined })
        assert.ok(Math.abs(shareOf(errors!) - 0.1) < 0.001, `${shareOf(errors!)}`)
      })
  }
})
