import { execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const SERVER = 'prometheus'
const TOOL = 'promtool'

/** Why no Prometheus can be started here; undefined where it can. */
export function whyNoPrometheus(): string | undefined {
  const missing = [SERVER, TOOL].filter((name) => spawnSync(name, ['--version']).error)
  return missing.length > 0 ? `${missing.join(' and ')} not on the PATH (Debian: apt install prometheus)` : undefined
}

export interface RealPrometheus {
  readonly url: string
  /** Ends the server and removes what it stored. */
  stop(): Promise<void>
}

/**
 * Writes these series into the directory of a Prometheus that does not run yet.
 *
 * @param openMetrics in pieces where it is larger than a string may be
 */
export async function backfill(openMetrics: string | Generator<string>, directory: string): Promise<void> {
  const text = `${directory}.om`
  const file = openSync(text, 'w')
  for (const piece of typeof openMetrics === 'string' ? [openMetrics] : openMetrics) writeSync(file, piece)
  closeSync(file)
  // For every block the whole file is read again.
  const making = ['tsdb', 'create-blocks-from', '--max-block-duration=720h', 'openmetrics', '--quiet', text, directory]
  await promisify(execFile)(TOOL, making)
  rmSync(text)
}

/**
 * Starts a Prometheus server that holds these series and scrapes nothing.
 *
 * @param openMetrics in pieces where it is larger than a string may be
 */
export async function startPrometheus(
  openMetrics: string | Generator<string>,
  ...flags: string[]
): Promise<RealPrometheus> {
  const directory = mkdtempSync(join(tmpdir(), 'plimsoll-prometheus-'))
  const blocks = join(directory, 'blocks')
  const config = join(directory, 'prometheus.yaml')
  writeFileSync(config, 'global: {}\n')
  await backfill(openMetrics, blocks)
  const server = spawn(
    SERVER,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${blocks}`,
      // The series are as old as they are.
      '--storage.tsdb.retention.time=100y',
      '--web.listen-address=127.0.0.1:0',
      ...flags,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const kill = () => server.kill('SIGKILL')
  // When the tests are cut short, the server goes with them.
  const end = (signal: NodeJS.Signals) => {
    kill()
    rmSync(directory, { recursive: true, force: true })
    process.exit(signal === 'SIGINT' ? 130 : 143)
  }
  process.once('exit', kill).once('SIGINT', end).once('SIGTERM', end)
  const stop = async () => {
    process.off('exit', kill).off('SIGINT', end).off('SIGTERM', end)
    if (server.exitCode === null && server.signalCode === null) {
      kill()
      await once(server, 'exit')
    }
    rmSync(directory, { recursive: true, force: true })
  }
  const log: string[] = []
  let address: string | undefined
  let ready = false
  for await (const line of createInterface({ input: server.stderr })) {
    log.push(line)
    address ??= /msg="Listening on" address=(127\.0\.0\.1:\d+)/.exec(line)?.[1]
    ready ||= line.includes('Server is ready to receive web requests')
    // The two are logged in either order.
    if (address && ready) {
      server.stderr.resume()
      return { url: `http://${address}`, stop }
    }
  }
  await stop()
  throw new Error(`Prometheus ended before it was ready:\n${log.slice(-10).join('\n')}`)
}
