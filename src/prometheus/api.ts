import { setTimeout as delay } from 'node:timers/promises'
import type { Dispatcher, fetch } from 'undici'
import { quote } from '../history/index.ts'
import { boundedText } from '../http/index.ts'
import type { RunningWorkload, RunRule } from '../workloads/index.ts'
import { agentTo } from './agent.ts'
import { type Envelope, parseEnvelope } from './answer.ts'
import { type Retry, retryAfterMilliseconds, waitMilliseconds } from './backoff.ts'
import { type Credentials, headersOf, readAuthorities } from './credentials.ts'
import { type Failure, failureOf, failureToConnect } from './failures.ts'
import { TooMuchError } from './spans.ts'

export interface ApiOptions {
  /** Name of the server in messages. */
  readonly name: string
  /** URL before `/api/v1`. */
  readonly url: URL
  readonly credentials: Credentials
  /** Time limit for one request and its whole answer. */
  readonly timeoutMilliseconds: number
  /** Largest size of one answer after decompression. */
  readonly maxAnswerBytes: number
  readonly retry: Retry
  readonly onWarning: (message: string) => void
  readonly signal: AbortSignal | undefined
  readonly running: RunningWorkload | undefined
  readonly rules: readonly RunRule[] | undefined
}

/** How much of an error answer is read for the message. */
const MAX_ERROR_BYTES = 64 * 1024

/** Client of the HTTP API of Prometheus: sends requests, waits, retries and returns the data. Close it when done. */
export class Api {
  readonly #options: ApiOptions
  readonly #agent: Dispatcher
  readonly #fetch: typeof fetch

  private constructor(options: ApiOptions, agent: Dispatcher, fetcher: typeof fetch) {
    this.#options = options
    this.#agent = agent
    this.#fetch = fetcher
  }

  get name(): string {
    return this.#options.name
  }

  /** Creates a client. @throws HistoryError if the CA file cannot be used */
  static async open(options: ApiOptions): Promise<Api> {
    const { caFile } = options.credentials
    const trust = caFile === undefined ? {} : { ca: await readAuthorities(caFile) }
    // Loading it takes 0.1 s, so only users of Prometheus should wait for it.
    const { fetch } = await import('undici')
    return new Api(options, await agentTo(options.url, trust), fetch)
  }

  /** Finds the running workload with the name in the store. */
  get running(): RunningWorkload | undefined {
    return this.#options.running
  }

  /** Rules that recognize workloads whose owners live for one run. */
  get rules(): readonly RunRule[] | undefined {
    return this.#options.rules
  }

  async close(): Promise<void> {
    await this.#agent.destroy()
  }

  /**
   * Returns the data of one answer.
   *
   * @throws TooMuchError if a smaller query may succeed, HistoryError if none will
   */
  async get(path: string, parameters: Readonly<Record<string, string | number>>): Promise<unknown> {
    const { url, retry, signal } = this.#options
    const target = new URL(`${url.href.replace(/\/$/, '')}/api/v1/${path}`)
    for (const [name, value] of Object.entries(parameters)) target.searchParams.set(name, String(value))
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#attempt(target)
      if ('data' in outcome) return outcome.data
      const wait = outcome.again
        ? waitMilliseconds(retry, attempt, Math.random(), outcome.askedMilliseconds)
        : undefined
      if (wait === undefined) throw outcome.error
      await delay(wait, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted())
    }
  }

  async #attempt(target: URL): Promise<{ readonly data: unknown } | Failure> {
    const { name, credentials, timeoutMilliseconds, maxAnswerBytes, signal } = this.#options
    const { headers, secrets } = await headersOf(credentials)
    const timeout = AbortSignal.timeout(timeoutMilliseconds)
    try {
      const response = await this.#fetch(target, {
        headers,
        dispatcher: this.#agent,
        redirect: 'manual',
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      })
      const text = await boundedText(response.body, response.ok ? maxAnswerBytes : MAX_ERROR_BYTES)
      if (text === undefined && response.ok) {
        return { error: new TooMuchError(`an answer of ${name} is larger than ${maxAnswerBytes} bytes`), again: false }
      }
      const envelope = response.ok ? parseEnvelope(text!) : undefined
      if (envelope?.status === 'success') {
        this.#warn(envelope)
        return { data: envelope.data }
      }
      return failureOf(name, {
        status: response.status,
        contentType: response.headers.get('content-type') ?? '',
        location: response.headers.get('location'),
        text: withoutSecrets(text ?? '', secrets),
        askedMilliseconds: retryAfterMilliseconds(response.headers.get('retry-after'), Date.now()),
      })
    } catch (error) {
      signal?.throwIfAborted()
      if (timeout.aborted) {
        const seconds = timeoutMilliseconds / 1000
        return { error: new TooMuchError(`${name} does not answer completely within ${seconds} s`), again: false }
      }
      return failureToConnect(name, error)
    }
  }

  #warn({ warnings, isPartial }: Envelope): void {
    for (const warning of warnings ?? []) this.#options.onWarning(quote(warning, 300))
    if (isPartial) this.#options.onWarning('the answer is partial: some of the storage nodes did not answer')
  }
}

/** Replaces secrets in a text, because gateways often quote what they refuse. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.filter(Boolean).reduce((rest, secret) => rest.replaceAll(secret, '…'), text)
}
