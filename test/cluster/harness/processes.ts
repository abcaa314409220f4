import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { identify, isAlive, type ProcessIdentity, signal } from './process-identity.ts'
import { GiveUp, until } from './until.ts'

/** Directories of system tools on Debian: the PATH of an unprivileged user often lacks the sbin directories. */
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * The long-running processes of one run directory: output in logs/NAME.log, identity in pids/NAME. They start with an
 * almost empty environment, so that no proxy setting reaches the API server's calls of webhooks, and the kernel kills
 * them when this process dies, however it dies.
 */
export class Processes {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
    mkdirSync(join(directory, 'pids'), { recursive: true })
    mkdirSync(join(directory, 'logs'), { recursive: true })
  }

  /** Starts `command`. The name must not be in use. */
  start(name: string, command: string, args: readonly string[]): ProcessIdentity {
    if (this.running(name)) throw new Error(`${name} runs already in ${this.#directory}: stop it first`)
    const log = openSync(this.log(name), 'a')
    try {
      const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', command, ...args], {
        cwd: this.#directory,
        env: { PATH: SYSTEM_PATH, HOME: this.#directory },
        stdio: ['ignore', log, log],
        detached: true,
      })
      // A process that cannot be started has no pid; the error event says why and must not end the test run.
      child.on('error', (error) => writeFileSync(this.log(name), `${error.message}\n`, { flag: 'a' }))
      child.unref()
      return this.record(name, child.pid)
    } finally {
      closeSync(log)
    }
  }

  /** Records a process that was not started by `start`, such as a child of one that was. */
  record(name: string, pid: number | undefined): ProcessIdentity {
    const identity = pid === undefined ? undefined : identify(pid)
    if (!identity) throw new Error(`${name} did not start. ${this.tail(name)}`)
    writeFileSync(join(this.#directory, 'pids', name), JSON.stringify(identity))
    return identity
  }

  /** The process with this name, if it still runs. */
  running(name: string): ProcessIdentity | undefined {
    try {
      const identity = JSON.parse(readFileSync(join(this.#directory, 'pids', name), 'utf8')) as ProcessIdentity
      return isAlive(identity) ? identity : undefined
    } catch {
      return undefined
    }
  }

  /** Waits until `attempt` succeeds. Fails immediately if the process ends first. */
  async ready<T>(
    name: string,
    attempt: () => Promise<T | undefined | false>,
    timeoutMilliseconds = 180_000,
  ): Promise<T> {
    return await until(
      `${name} (log: ${this.log(name)})`,
      async () => {
        if (!this.running(name)) throw new GiveUp(`${name} ended while it was starting. ${this.tail(name)}`)
        return await attempt()
      },
      { timeoutMilliseconds },
    )
  }

  /** Kills one process, like a crash, and waits until it has ended. */
  async stop(name: string): Promise<void> {
    const identity = this.running(name)
    if (identity) {
      signal(identity, 'SIGKILL')
      await until(`${name} to end`, () => !isAlive(identity), { everyMilliseconds: 20 })
    }
    rmSync(join(this.#directory, 'pids', name), { force: true })
  }

  /** Stops all processes, those named in `first` before the others. */
  async stopAll(first: readonly string[] = []): Promise<void> {
    for (const name of first) await this.stop(name)
    await Promise.all(readdirSync(join(this.#directory, 'pids')).map((name) => this.stop(name)))
  }

  log(name: string): string {
    return join(this.#directory, 'logs', `${name}.log`)
  }

  /** The last lines of a log, for the end of an error message. */
  tail(name: string, lines = 8): string {
    try {
      const text = readFileSync(this.log(name), 'utf8').trimEnd().split('\n').slice(-lines).join('\n')
      return text ? `Its log ends with:\n${text}` : 'Its log is empty.'
    } catch {
      return 'It wrote no log.'
    }
  }
}
