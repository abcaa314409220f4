import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { backoffMilliseconds } from '../clock/index.ts'
import type { Letter, Notice } from './notice.ts'
import { SIGNATURE_HEADER, signatureOf } from './signature.ts'

export interface OutboxOptions {
  readonly url: string
  /** Path of a file with the secret that signs notices, read again for each attempt; if undefined, notices are not signed. */
  readonly secretFile?: string | undefined
  /** Called when a notice is given up, or does not fit into the outbox. */
  onDropped(letter: Letter, why: string): void
  /** Called when an attempt has failed; the next one follows after `waitMilliseconds`. */
  onRetry?(letter: Letter, why: string, waitMilliseconds: number): void
  /** First wait in milliseconds (default 5,000); it doubles after each failure, to 64 times the first one. */
  readonly waitMilliseconds?: number
  readonly random?: () => number
}

const MAX_LETTERS = 1_000
/** Number of attempts. With waits that double from 5 s to 5 minutes, half of each random, an outage of half an hour loses nothing. */
const MAX_ATTEMPTS = 18
/** Longest wait as a multiple of the first one. */
const MOST_GROWTH = 64
const REQUEST_MILLISECONDS = 10_000

/**
 * Sends notices to an HTTP endpoint, one after another, in order. A notice that fails is sent again after a wait that doubles
 * (half of it jitter); only later notices wait for it. The outbox holds at most 1,000 notices; those that are left when the signal
 * aborts are lost.
 */
export class Outbox {
  readonly #options: Required<Omit<OutboxOptions, 'secretFile' | 'onRetry'>> & OutboxOptions
  readonly #letters: Letter[] = []
  #wake = () => {}

  constructor(options: OutboxOptions) {
    this.#options = { waitMilliseconds: 5_000, random: Math.random, ...options }
  }

  put(notice: Notice): void {
    const letter: Letter = { version: 'v1alpha1', id: randomUUID(), time: new Date().toISOString(), ...notice }
    if (this.#letters.length >= MAX_LETTERS) this.#options.onDropped(letter, 'too many are waiting')
    else this.#letters.push(letter)
    this.#wake()
  }

  /** Sends until the signal aborts. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.#wake(), { once: true })
    while (!signal.aborted) {
      const letter = this.#letters[0]
      if (!letter) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
        continue
      }
      await this.#deliver(letter, signal)
      this.#letters.shift()
    }
  }

  async #deliver(letter: Letter, signal: AbortSignal): Promise<void> {
    const { onDropped, onRetry, random, waitMilliseconds: baseMilliseconds } = this.#options
    const backoff = { baseMilliseconds, longestMilliseconds: baseMilliseconds * MOST_GROWTH, jitter: 0.5 }
    for (let attempt = 1; !signal.aborted; attempt++) {
      const failure = await this.#send(letter, signal)
      if (!failure) return
      if (failure.isFinal || attempt === MAX_ATTEMPTS) return onDropped(letter, failure.why)
      const wait = backoffMilliseconds(backoff, attempt - 1, random())
      onRetry?.(letter, failure.why, wait)
      await delay(wait, undefined, { signal }).catch(() => {})
    }
  }

  /** @returns why the attempt failed; undefined if the notice was delivered */
  async #send(letter: Letter, signal: AbortSignal): Promise<{ why: string; isFinal: boolean } | undefined> {
    const { url, secretFile } = this.#options
    const body = JSON.stringify(letter)
    try {
      const headers: Record<string, string> = { 'content-type': 'application/json' }
      if (secretFile !== undefined) {
        const secret = (await readFile(secretFile, 'utf8')).trim()
        // Anybody could sign with an empty secret.
        if (secret === '') throw new Error(`${secretFile} is empty: expected the secret that notices are signed with`)
        headers[SIGNATURE_HEADER] = signatureOf(body, secret, Math.floor(Date.now() / 1000))
      }
      const response = await fetch(url, {
        ...{ method: 'POST', headers, body, redirect: 'error' },
        signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MILLISECONDS)]),
      })
      await response.body?.cancel()
      if (response.ok) return undefined
      const { status } = response
      // What the receiver will never take is not worth sending again.
      const isFinal = status >= 400 && status < 500 && ![408, 425, 429].includes(status)
      return { why: `the endpoint answered ${status}`, isFinal }
    } catch (error) {
      const { message, cause } = error as Error
      return { why: cause instanceof Error ? `${message}: ${cause.message}` : message, isFinal: false }
    }
  }
}
