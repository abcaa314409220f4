import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface Load {
  readonly requestsPerSecond: number
  readonly p50Milliseconds: number
  readonly p99Milliseconds: number
}

export interface LoadOptions {
  readonly url: string
  /** File with the body of every request. */
  readonly bodyFile: string
  readonly connections: number
  readonly seconds: number
}

/**
 * Posts one body again and again over TLS connections that stay open, by `wrk` (one thread: it must not take a second
 * core from what it measures).
 *
 * @throws Error where anything but 200 came back, or a connection failed
 */
export async function load({ url, bodyFile, connections, seconds }: LoadOptions): Promise<Load> {
  const script = new URL('wrk.lua', import.meta.url).pathname
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '5s', '-s', script, url, '--', bodyFile]
  const { stdout } = await run('wrk', args)
  const report = JSON.parse(stdout.slice(stdout.lastIndexOf('\n{'))) as Record<string, number>
  const failures = ['connect', 'read', 'write', 'status', 'timeout'].filter((error) => report[error]! > 0)
  if (failures.length > 0)
    throw new Error(`${url}: ${failures.map((error) => `${report[error]} × ${error}`).join(', ')}`)
  return {
    requestsPerSecond: report.requests! / (report.duration! / 1e6),
    p50Milliseconds: report.p50! / 1000,
    p99Milliseconds: report.p99! / 1000,
  }
}
