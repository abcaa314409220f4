import { setTimeout as delay } from 'node:timers/promises'

export interface UntilOptions {
  /** How long to try, in milliseconds. The default is 2 min, because a busy machine stalls. */
  readonly timeoutMilliseconds?: number
  /** Pause between two attempts, in milliseconds. The default is 100 ms. */
  readonly everyMilliseconds?: number
}

/**
 * Calls `attempt` until it returns something other than `undefined` or `false`, and returns that. An attempt that throws
 * counts as "not yet"; what it threw last is the cause of the error when time runs out.
 */
export async function until<T>(
  what: string,
  attempt: () => Promise<T | undefined | false> | T | undefined | false,
  { timeoutMilliseconds = 120_000, everyMilliseconds = 100 }: UntilOptions = {},
): Promise<T> {
  const end = performance.now() + timeoutMilliseconds
  let cause: unknown
  for (;;) {
    try {
      const result = await attempt()
      if (result !== undefined && result !== false) return result
      cause = undefined
    } catch (error) {
      if (error instanceof GiveUp) throw error
      cause = error
    }
    if (performance.now() > end) {
      const last = cause instanceof Error ? ` The last attempt failed: ${cause.message}` : ''
      throw new Error(`waited ${timeoutMilliseconds / 1000} s in vain for ${what}.${last}`, { cause })
    }
    await delay(everyMilliseconds)
  }
}

/** Thrown by an attempt if no later attempt can succeed. */
export class GiveUp extends Error {}
