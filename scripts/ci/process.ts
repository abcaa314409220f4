import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Suite } from './suite.ts'

/** Clock ticks per second in /proc: the same for every program on Linux (proc_pid_stat(5)). */
const TICKS_PER_SECOND = 100
/** What ends a test cluster with its containers takes a few seconds. */
const KILL_AFTER_MILLISECONDS = 15_000

export interface Finished {
  /** Null where a signal ended it, or where it could not be started. */
  readonly exitCode: number | null
  /** Standard output and standard error, as they came. */
  readonly output: string
  readonly seconds: number
  /** Processor time of the command and all processes below it that have ended; undefined where there is no /proc. */
  readonly cpuSeconds: number | undefined
}

export interface Running {
  readonly finished: Promise<Finished>
  /** Ends the command with everything in its process group. */
  stop(): void
}

/** Starts the command of a suite in a separate process group. */
export function startSuite({ command, env, isBackground = false }: Suite, directory: string): Running {
  const [program, ...args] = isBackground ? ['nice', '-n', '19', ...command] : command
  const began = performance.now()
  const child = spawn(program!, args, {
    cwd: directory,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  let cpuSeconds: number | undefined
  child.once('exit', () => {
    cpuSeconds = sinceLastExit()
  })
  const finished = new Promise<Finished>((resolve) => {
    const finish = (exitCode: number | null) => {
      const output = Buffer.concat(chunks).toString()
      resolve({ exitCode, output, seconds: (performance.now() - began) / 1000, cpuSeconds })
    }
    child.once('error', (error) => {
      chunks.push(Buffer.from(`${command.join(' ')} could not be started: ${error.message}\n`))
      finish(null)
    })
    child.once('close', finish)
  })
  const signal = (name: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, name)
    } catch {
      // It has ended meanwhile.
    }
  }
  return {
    finished,
    stop() {
      signal('SIGTERM')
      setTimeout(() => signal('SIGKILL'), KILL_AFTER_MILLISECONDS).unref()
    },
  }
}

let told = 0

/**
 * The kernel adds the time of a child to its parent's account when the child has ended, so what was added since another one
 * ended is this one's.
 */
function sinceLastExit(): number | undefined {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1')
    // Fields 16 and 17, counted from the third, which follows the name in brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const all = (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND
    const mine = all - told
    told = all
    return mine
  } catch {
    return undefined
  }
}
