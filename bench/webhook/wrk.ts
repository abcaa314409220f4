import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface Load {
  readonly requestsPerSecond: number
  readonly p50Milliseconds: number
  readonly p99Milliseconds: number
  /** CPU time of the server for one request. */
  readonly cpuMicroseconds: number
}

export interface LoadOptions {
  readonly url: string
  /** Process of the server. */
  readonly pid: number
  /** File with the body of every request; what differs is marked, see `varied`. */
  readonly bodyFile: string
  readonly connections: number
  readonly seconds: number
}

/**
 * Posts bodies over TLS connections that stay open, by `wrk` (one thread: it must not take a second
 * core from what it measures).
 *
 * @throws Error where anything but 200 came back, or a connection failed
 */
export async function load({ url, pid, bodyFile, connections, seconds }: LoadOptions): Promise<Load> {
  const script = new URL('wrk.lua', import.meta.url).pathname
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '5s', '-s', script, url, '--', bodyFile]
  const before = cpuMicrosecondsOf(pid)
  const { stdout } = await run('wrk', args)
  const cpuMicroseconds = cpuMicrosecondsOf(pid) - before
  const report = JSON.parse(stdout.slice(stdout.lastIndexOf('\n{'))) as Record<string, number>
  const failures = ['connect', 'read', 'write', 'status', 'timeout'].filter((error) => report[error]! > 0)
  if (failures.length > 0)
    throw new Error(`${url}: ${failures.map((error) => `${report[error]} × ${error}`).join(', ')}`)
  return {
    requestsPerSecond: report.requests! / (report.duration! / 1e6),
    p50Milliseconds: report.p50! / 1000,
    p99Milliseconds: report.p99! / 1000,
    cpuMicroseconds: cpuMicroseconds / report.requests!,
  }
}

/** Ticks per second of the times in /proc: USER_HZ, which is the same on every Linux. */
const TICKS_PER_SECOND = 100

/** CPU time of a process, user and system. Source: proc_pid_stat(5), fields 14 and 15, of which two are before the name's end. */
function cpuMicrosecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return ((Number(fields[11]) + Number(fields[12])) * 1e6) / TICKS_PER_SECOND
}
