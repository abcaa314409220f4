import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { locate } from '../cluster/harness/binaries.ts'
import { freePort } from './free-port.ts'
import type { RealPrometheus } from './real-prometheus.ts'

/** Why no VictoriaMetrics can be started here; undefined where it can. */
export function whyNoVictoriaMetrics(): string | undefined {
  return locate('victoria-metrics') ? undefined : 'no victoria-metrics (npm run build:cluster -- victoria-metrics)'
}

const PATIENCE_MILLISECONDS = 60_000
/** Characters in a request that hands over series. */
const PIECE_LENGTH = 8 * 1024 * 1024

/** Starts a VictoriaMetrics (single node) that holds these series and scrapes nothing. */
export async function startVictoriaMetrics(openMetrics: Iterable<string>, ...flags: string[]): Promise<RealPrometheus> {
  const directory = mkdtempSync(join(tmpdir(), 'plimsoll-victoria-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const server = spawn(
    locate('victoria-metrics')!,
    [
      `-storageDataPath=${directory}`,
      `-httpListenAddr=127.0.0.1:${port}`,
      '-retentionPeriod=10y',
      // Else the last half minute is hidden.
      '-search.latencyOffset=0s',
      '-memory.allowedBytes=256MB',
      ...flags,
    ],
    { stdio: 'ignore' },
  )
  const kill = () => server.kill('SIGKILL')
  process.once('exit', kill)
  const stop = async () => {
    process.off('exit', kill)
    if (server.exitCode === null && server.signalCode === null) {
      kill()
      await once(server, 'exit')
    }
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    await ready(`${url}/health`)
    let piece = ''
    for (const text of openMetrics) {
      piece += text
      if (piece.length < PIECE_LENGTH) continue
      await handOver(url, piece)
      piece = ''
    }
    await handOver(url, piece)
    await fetch(`${url}/internal/force_flush`)
  } catch (error) {
    await stop()
    throw error
  }
  return { url, stop }
}

/** Its times are in milliseconds, those of OpenMetrics in seconds. */
async function handOver(url: string, text: string): Promise<void> {
  const body = text.replaceAll(/ (\d+)$/gm, ' $1000')
  const { ok, status } = await fetch(`${url}/api/v1/import/prometheus`, { method: 'POST', body })
  if (!ok) throw new Error(`VictoriaMetrics answers ${status} to series`)
}

async function ready(url: string): Promise<void> {
  const until = Date.now() + PATIENCE_MILLISECONDS
  while (!(await fetch(url).catch(() => undefined))?.ok) {
    if (Date.now() > until) throw new Error('VictoriaMetrics does not answer')
    await new Promise((again) => setTimeout(again, 50))
  }
}
