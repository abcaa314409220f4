import { setTimeout as delay } from 'node:timers/promises'
import type { Dispatcher, fetch } from 'undici'
import type { TimeWindow } from '../history/index.ts'
import { boundedText } from '../http/index.ts'
import {
  agentTo,
  DEFAULT_RETRY,
  type Failure,
  failureToConnect,
  TooMuchError,
  waitMilliseconds,
  withoutSecrets,
} from '../prometheus/index.ts'
import { errorsIn, type Group, parseGroups } from './answer.ts'
import { failureOf } from './failures.ts'
import { checkNames, type DatadogOptions } from './options.ts'

/** Periods of Datadog's limits are minutes long. */
const RETRY = { ...DEFAULT_RETRY, longestMilliseconds: 600_000 }
const MAX_ERROR_BYTES = 64 * 1024

/** Client of the API of Datadog: sends queries, waits when Datadog limits them, and retries. Close it when done. */
export class Api {
  readonly #options: DatadogOptions
  readonly #signal: AbortSignal | undefined
  readonly #agent: Dispatcher
  readonly #fetch: typeof fetch

  private constructor(
    options: DatadogOptions,
    signal: AbortSignal | undefined,
    agent: Dispatcher,
    fetcher: typeof fetch,
  ) {
    this.#options = options
    this.#signal = signal
    this.#agent = agent
    this.#fetch = fetcher
  }

  /** @throws HistoryError if an option cannot be used */
  static async open(options: DatadogOptions, signal: AbortSignal | undefined): Promise<Api> {
    checkNames(options)
    // Loading it takes 0.1 s, so only users of Datadog should wait for it.
    const { fetch } = await import('undici')
    return new Api(options, signal, await agentTo(options.access.url, {}), fetch)
  }

  get name(): string {
    return this.#options.access.name
  }

  async close(): Promise<void> {
    await this.#agent.destroy()
  }

  /**
   * Series of several queries, which are sent as one request.
   *
   * @param window times of the ends of the steps; whole steps
   * @throws TooMuchError if a shorter window may succeed, HistoryError if none will
   */
  async timeseries(queries: readonly string[], window: TimeWindow, stepSeconds: number): Promise<Group[]> {
    const body = requestOf(queries, window, stepSeconds)
    const { retry = RETRY } = this.#options
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#attempt(body, window, stepSeconds)
      if ('groups' in outcome) return outcome.groups
      const wait = outcome.again
        ? waitMilliseconds(retry, attempt, Math.random(), outcome.askedMilliseconds)
        : undefined
      if (wait === undefined) throw outcome.error
      const signal = this.#signal
      await delay(wait, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted())
    }
  }

  async #attempt(
    body: string,
    window: TimeWindow,
    stepSeconds: number,
  ): Promise<{ readonly groups: Group[] } | Failure> {
    const { access, timeoutMilliseconds = 60_000, maxAnswerBytes = 16 * 2 ** 20 } = this.#options
    const { name, url, apiKey, appKey } = access
    const timeout = AbortSignal.timeout(timeoutMilliseconds)
    try {
      const response = await this.#fetch(`${url.href.replace(/\/$/, '')}/api/v2/query/timeseries`, {
        method: 'POST',
        headers: {
          accept: 'application/json',
          'content-type': 'application/json',
          'dd-api-key': apiKey,
          'dd-application-key': appKey,
        },
        body,
        dispatcher: this.#agent,
        redirect: 'manual',
        signal: this.#signal ? AbortSignal.any([this.#signal, timeout]) : timeout,
      })
      const text = await boundedText(response.body, response.ok ? maxAnswerBytes : MAX_ERROR_BYTES)
      if (text === undefined && response.ok)
        return { error: new TooMuchError(`an answer of ${name} is larger than ${maxAnswerBytes} bytes`), again: false }
      const groups = response.ok && !errorsIn(text!) ? parseGroups(text!, window, stepSeconds) : undefined
      if (groups) return { groups }
      const reset = response.headers.get('x-ratelimit-reset') ?? ''
      return failureOf(access, {
        status: response.status,
        text: withoutSecrets(text ?? '', [apiKey, appKey]),
        resetSeconds: /^\d{1,9}$/.test(reset) ? Number(reset) : undefined,
      })
    } catch (error) {
      this.#signal?.throwIfAborted()
      if (timeout.aborted) {
        const seconds = timeoutMilliseconds / 1000
        return { error: new TooMuchError(`${name} does not answer completely within ${seconds} s`), again: false }
      }
      return failureToConnect(name, error)
    }
  }
}

/** Body of a request. Datadog gives a step the time of its beginning, so the steps of a window begin one step before their ends. */
function requestOf(queries: readonly string[], { fromSeconds, toSeconds }: TimeWindow, stepSeconds: number): string {
  const named = queries.map((query, i) => ({ data_source: 'metrics', name: `q${i}`, query }))
  const attributes = {
    from: (fromSeconds - stepSeconds) * 1000,
    to: (toSeconds - stepSeconds) * 1000,
    interval: stepSeconds * 1000,
    queries: named,
    formulas: named.map(({ name }) => ({ formula: name })),
  }
  return JSON.stringify({ data: { type: 'timeseries_request', attributes } })
}
