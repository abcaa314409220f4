import { dirname } from 'node:path'
import { SYSTEM_PATH } from './processes.ts'
import { run } from './run.ts'

/** Options of one call of kubectl or helm; `input` that is not a string goes in as JSON. */
export interface CommandOptions {
  readonly input?: string | object
  readonly timeoutMilliseconds?: number
}

/** Runs a client of the cluster (kubectl, helm) and returns what it prints; an error's message holds what it complained of. */
export type Command = (args: readonly string[], options?: CommandOptions) => Promise<string>

/** The command with the administrator's kubeconfig, in the empty environment that the servers have too. */
export function command(program: string, kubeconfig: string): Command {
  const env = { PATH: SYSTEM_PATH, HOME: dirname(kubeconfig), KUBECONFIG: kubeconfig }
  return (args, { input, ...options } = {}) =>
    run(program, args, { env, ...options, input: typeof input === 'string' ? input : JSON.stringify(input ?? '') })
}
