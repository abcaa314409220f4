import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

const BIN = join(import.meta.dirname, '../../bin/plimsoll')
/** Far above what any run takes; a child that hangs is ended rather than waited for. */
const TIMEOUT_MILLISECONDS = 300_000

/** `plimsoll` as a separate process, without a terminal. */
export class Plimsoll {
  readonly #child: ChildProcess
  readonly #ended: Promise<number>
  #changed = Promise.withResolvers<void>()
  stdout = ''
  stderr = ''

  constructor(args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
    const { NO_COLOR: _no, FORCE_COLOR: _force, npm_lifecycle_event: _npm, ...env } = process.env
    this.#child = spawn(process.execPath, [BIN, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIMEOUT_MILLISECONDS,
      killSignal: 'SIGKILL',
      ...options,
      env: { ...env, ...options.env },
    })
    for (const name of ['stdout', 'stderr'] as const) {
      this.#child[name]!.setEncoding('utf8').on('data', (text: string) => {
        this[name] += text
        this.#change()
      })
    }
    this.#ended = new Promise((resolve) => {
      this.#child.on('close', (code, signal) => {
        resolve(code ?? (signal === 'SIGINT' ? 130 : -1))
        this.#change()
      })
    })
  }

  /** @returns the exit code; 130 also where SIGINT ended it before it listened to signals */
  get exitCode(): Promise<number> {
    return this.#ended
  }

  /** Waits until this has been printed. @throws Error when the process ends before */
  async printed(text: string | RegExp): Promise<void> {
    let ended = false
    void this.#ended.then(() => {
      ended = true
    })
    while (!(typeof text === 'string' ? this.stdout.includes(text) : text.test(this.stdout))) {
      if (ended) throw new Error(`ended without printing ${text}:\n${this.stdout}\n${this.stderr}`)
      await this.#changed.promise
    }
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  #change(): void {
    const { resolve } = this.#changed
    this.#changed = Promise.withResolvers()
    resolve()
  }
}

/** Runs to the end. */
export async function plimsoll(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const run = new Plimsoll(args)
  const code = await run.exitCode
  return { code, stdout: run.stdout, stderr: run.stderr }
}
