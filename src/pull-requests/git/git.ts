import { spawn } from 'node:child_process'
import { buffer, text } from 'node:stream/consumers'
import { PullRequestError } from '../error.ts'

const TIMEOUT_MILLISECONDS = 300_000
const MAX_OUTPUT_BYTES = 128 * 1024 * 1024

export interface GitOptions {
  /** Folder of the repository. */
  readonly folder: string
  /** Address of the remote, to which alone the token is sent. */
  readonly url: string
  readonly user: string
  readonly token: string
  /** Longest time for one command. */
  readonly timeoutMilliseconds?: number
}

interface RunOptions {
  readonly input?: string | undefined
  readonly env?: Readonly<Record<string, string>>
}

/**
 * Runs the `git` program in one repository. The token is in its environment, never in its arguments, and is sent to the
 * remote only: redirects are refused. Hooks, credential helpers, headers and rewritten addresses of the user are not used for it, and
 * nothing is asked.
 */
export class Git {
  readonly #options: GitOptions

  constructor(options: GitOptions) {
    this.#options = options
  }

  /** @returns standard output as text, without white space around it. @throws PullRequestError if git fails */
  async run(args: readonly string[], options: RunOptions = {}): Promise<string> {
    return (await this.bytes(args, options)).toString('utf8').trim()
  }

  /** @returns standard output. @throws PullRequestError if git fails, is not installed, or prints too much */
  async bytes(args: readonly string[], { input, env }: RunOptions = {}): Promise<Buffer> {
    const { folder, timeoutMilliseconds = TIMEOUT_MILLISECONDS } = this.#options
    // Not -C: with `safe.bareRepository=explicit`, git does not look for a bare repository.
    const child = spawn('git', ['--git-dir', folder, ...args], {
      env: { ...this.#environment(), ...env },
      // A process group: git starts others, which would keep its output open after it.
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const ended = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve))
    let problem: string | undefined
    const stop = (why: string) => {
      problem ??= why
      try {
        process.kill(-child.pid!, 'SIGKILL')
      } catch {
        // All of them have ended.
      }
    }
    const timer = setTimeout(
      () => stop(`it took longer than ${timeoutMilliseconds / 60_000} minutes`),
      timeoutMilliseconds,
    )
    let count = 0
    child.stdout.on('data', (chunk: Buffer) => {
      count += chunk.length
      if (count > MAX_OUTPUT_BYTES) stop(`it printed more than ${MAX_OUTPUT_BYTES >> 20} MiB`)
    })
    // git may end before it has read everything; its exit code says why.
    child.stdin.on('error', () => {}).end(input)
    const [code, stdout, stderr] = await Promise.all([ended, buffer(child.stdout), text(child.stderr)])
      .catch((cause: NodeJS.ErrnoException) => {
        if (cause.code !== 'ENOENT') throw cause
        throw new PullRequestError('git is not installed: --pull-request needs the program git, 2.31 or newer', {
          cause,
        })
      })
      .finally(() => clearTimeout(timer))
    if (problem !== undefined) throw new PullRequestError(`git ${args[0]}: ${problem}`)
    if (code !== 0)
      throw new PullRequestError(
        `git ${args[0]}: ${this.#withoutToken(stderr.trim()) || `it ended with ${code ?? child.signalCode}`}`,
      )
    return stdout
  }

  #environment(): NodeJS.ProcessEnv {
    const { url, user, token } = this.#options
    // The token stays out of the environment where it was given, and no GIT_TRACE can print it.
    const inherited = Object.entries(process.env).filter(
      ([name, value]) => (!name.startsWith('GIT_') || name.startsWith('GIT_SSL_')) && !value?.includes(token),
    )
    const config = [
      ['core.hooksPath', '/dev/null'],
      ['credential.helper', ''],
      // Git prefers a user's setting for one address to ours for all, even if ours comes later.
      [`http.${url}.followRedirects`, 'false'],
      [`url.${url}.insteadOf`, url],
      [`url.${url}.pushInsteadOf`, url],
      // Headers add up; an empty one removes those before it.
      [`http.${url}.extraHeader`, ''],
      [`http.${url}.extraHeader`, `Authorization: Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`],
    ] as const
    return {
      ...Object.fromEntries(inherited),
      ...{ GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: '', GIT_ALLOW_PROTOCOL: 'http:https', LC_ALL: 'C' },
      GIT_CONFIG_COUNT: String(config.length),
      ...Object.fromEntries(
        config.flatMap(([key, value], i) => [
          [`GIT_CONFIG_KEY_${i}`, key],
          [`GIT_CONFIG_VALUE_${i}`, value],
        ]),
      ),
    }
  }

  #withoutToken(message: string): string {
    return message.replaceAll(this.#options.token, '***').slice(0, 2_000)
  }
}
