import { execFile } from 'node:child_process'
import { join } from 'node:path'

const PLIMSOLL = join(import.meta.dirname, '..', '..', '..', 'bin', 'plimsoll')
const TIMEOUT_MILLISECONDS = 180_000

export interface Result {
  readonly status: number | string | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs `plimsoll …` to its end, as a person would.
 *
 * @param timeout time limit in milliseconds
 */
export function runCommand(
  kubeconfig: string,
  args: readonly string[],
  timeout = TIMEOUT_MILLISECONDS,
): Promise<Result> {
  const options = { env: { KUBECONFIG: kubeconfig, PATH: '/usr/bin:/bin' }, timeout }
  return new Promise((resolve) =>
    execFile(process.execPath, [PLIMSOLL, ...args], options, (error, stdout, stderr) =>
      resolve({ status: error ? (error.code ?? null) : 0, stdout, stderr }),
    ),
  )
}
