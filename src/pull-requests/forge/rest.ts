import { pause, type Time } from '../../clock/index.ts'
import { boundedText } from '../../http/index.ts'
import { parseJson } from '../../parsing/index.ts'
import { EndOfRunError, PullRequestError } from '../error.ts'

const REQUEST_MILLISECONDS = 30_000
const MAX_ANSWER_BYTES = 8 * 1024 * 1024
/** Longest wait that a server may ask for. Beyond it, the next run continues. */
const LONGEST_WAIT_SECONDS = 120
const MAX_ATTEMPTS = 3
/** Most requests of a run. */
const MAX_REQUESTS = 2_000
/** Without advice, one to try again after: secondary limits of GitHub count by the minute. */
const DEFAULT_WAIT_SECONDS = 60

export interface RestOptions {
  /** Base of the API, without a slash at the end. */
  readonly api: string
  readonly headers: Readonly<Record<string, string>>
  readonly time: Time
}

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT'

/**
 * Asks a REST API that answers in JSON. Waits when the server limits the rate, for as long as it says. Redirects are refused, because
 * they would carry the token elsewhere.
 *
 * Source: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api,
 * https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/
 */
export class Rest {
  readonly #options: RestOptions
  #requests = 0

  constructor(options: RestOptions) {
    this.#options = options
  }

  /**
   * @param path path below the API, with the query
   * @returns the answer, parsed
   * @throws PullRequestError if the server refuses, asks for a wait of more than two minutes, or cannot be reached
   */
  async ask(method: Method, path: string, body?: unknown): Promise<unknown> {
    const { time } = this.#options
    const what = `${method} ${path.split('?')[0]}`
    for (let attempt = 1; ; attempt++) {
      if (++this.#requests > MAX_REQUESTS)
        throw new EndOfRunError(
          `more than ${MAX_REQUESTS.toLocaleString('en')} requests in one run: export fewer workloads`,
        )
      const { response, text } = await this.#send(method, path, body, what)
      if (response.ok) return parseAnswer(text, what)
      const wait = waitSeconds(response, text, time.now())
      // A write that the server failed at may have happened. The next run finds out.
      const isTried = wait !== undefined || (method === 'GET' && response.status >= 500)
      if (!isTried || attempt === MAX_ATTEMPTS)
        throw new PullRequestError(`${what}: ${response.status} ${messageOf(text)}`)
      const seconds = wait ?? attempt
      if (seconds > LONGEST_WAIT_SECONDS)
        throw new EndOfRunError(`${what}: the server limits the rate. Try again in ${Math.ceil(seconds / 60)} minutes`)
      await pause(time, seconds * 1_000)
    }
  }

  async #send(
    method: Method,
    path: string,
    body: unknown,
    what: string,
  ): Promise<{ response: Response; text: string }> {
    const { api, headers } = this.#options
    try {
      const response = await fetch(`${api}${path}`, {
        method,
        headers: {
          accept: 'application/json',
          'user-agent': 'plimsoll',
          ...headers,
          'content-type': 'application/json',
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...{ redirect: 'error', signal: AbortSignal.timeout(REQUEST_MILLISECONDS) },
      })
      const text = await boundedText(response.body, MAX_ANSWER_BYTES)
      if (text === undefined)
        throw new PullRequestError(`${what}: the answer is larger than ${MAX_ANSWER_BYTES >> 20} MiB`)
      return { response, text }
    } catch (error) {
      if (error instanceof PullRequestError) throw error
      const { message, cause } = error as Error
      throw new PullRequestError(`${what} at ${new URL(api).host}: ${cause instanceof Error ? cause.message : message}`)
    }
  }
}

/** Seconds to wait before another attempt; undefined if the rate is not what was refused. */
function waitSeconds({ status, headers }: Response, text: string, nowMilliseconds: number): number | undefined {
  if (status !== 429 && status !== 403) return undefined
  const after = Number(headers.get('retry-after') ?? Number.NaN)
  if (Number.isFinite(after)) return Math.max(1, after)
  const left = headers.get('x-ratelimit-remaining') ?? headers.get('ratelimit-remaining')
  const reset = Number(headers.get('x-ratelimit-reset') ?? headers.get('ratelimit-reset') ?? Number.NaN)
  if (left === '0' && Number.isFinite(reset)) return Math.max(1, reset - nowMilliseconds / 1_000)
  // GitHub's secondary limits may say nothing but this.
  return status === 429 || /secondary rate limit/i.test(text) ? DEFAULT_WAIT_SECONDS : undefined
}

function parseAnswer(text: string, what: string): unknown {
  try {
    return parseJson(text)
  } catch {
    throw new PullRequestError(`${what}: the answer is not JSON. Is the address of the repository right?`)
  }
}

/** What an error says: `message` in both APIs, with details on GitHub as `errors`. */
function messageOf(text: string): string {
  try {
    const { message, errors, error } = parseJson(text) as { message?: unknown; errors?: unknown; error?: unknown }
    const details = [message ?? error, errors]
      .filter(Boolean)
      .map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))
    return details.join(' ').slice(0, 500)
  } catch {
    return ''
  }
}
