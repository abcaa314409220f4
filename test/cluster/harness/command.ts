import { dirname } from 'node:path'
import { SYSTEM_PATH } from './processes.ts'
import { run } from './run.ts'

/** Options of one call of kubectl or helm. `input` that is not a string is passed as JSON. */
export interface CommandOptions {
  readonly input?: string | object
  readonly timeoutMilliseconds?: number
}

/** Runs a client of the cluster (kubectl, helm) and returns its output. The message of an error contains its standard error. */
export type Command = (args: readonly string[], options?: CommandOptions) => Promise<string>

/** The command with the administrator's kubeconfig, in an empty environment like that of the servers. */
export function command(program: string, kubeconfig: string): Command {
  const env = { PATH: SYSTEM_PATH, HOME: dirname(kubeconfig), KUBECONFIG: kubeconfig }
  return (args, { input, ...options } = {}) =>
    run(program, args, { env, ...options, input: typeof input === 'string' ? input : JSON.stringify(input ?? '') })
}
