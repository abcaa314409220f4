import { execFile } from 'node:child_process'
import { SYSTEM_PATH } from './processes.ts'

export interface RunOptions {
  readonly input?: string | Uint8Array
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** 180 s, in milliseconds: a busy machine stalls. */
  readonly timeoutMilliseconds?: number
}

/**
 * Runs a program to its end and returns its standard output. The message of a failure contains the command and its
 * standard error.
 */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { input, cwd, env = { PATH: SYSTEM_PATH, HOME: '/' }, timeoutMilliseconds = 180_000 } = options
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      args,
      { env, timeout: timeoutMilliseconds, maxBuffer: 256 << 20, ...(cwd && { cwd }) },
      (error, stdout, stderr) => {
        if (!error) return resolve(stdout)
        const why = error.killed
          ? `was ended after ${timeoutMilliseconds} ms`
          : `failed (${error.code ?? error.message})`
        reject(new Error(`${[command, ...args].join(' ')} ${why}: ${stderr.trim() || stdout.trim()}`))
      },
    )
    // A program that ends before it has read everything is reported by its exit code.
    child.stdin?.on('error', () => {})
    child.stdin?.end(input ?? '')
  })
}
