/** Clocks, timers and random numbers. They are passed in, so that tests need not wait and can control them. */
export interface Time {
  /** Wall clock, milliseconds since 1970: for times that others read, not for measuring. */
  now(): number
  /** Monotonic clock, milliseconds. */
  elapsed(): number
  /** Calls `action` once, `milliseconds` from now. Returns a function that cancels it. */
  after(milliseconds: number, action: () => void): () => void
  /** Random number, uniform over [0, 1). */
  random(): number
}

export const systemTime: Time = {
  now: Date.now,
  elapsed: () => performance.now(),
  after(milliseconds, action) {
    const timer = setTimeout(action, milliseconds)
    return () => clearTimeout(timer)
  },
  random: Math.random,
}

/** Waits; ends early, without an error, when `signal` aborts. */
export function pause(time: Time, milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const end = () => {
      cancel()
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const cancel = time.after(milliseconds, end)
    signal?.addEventListener('abort', end, { once: true })
  })
}

/** Waits until a condition is true, which it checks repeatedly; ends early, without an error, when `signal` aborts. */
export async function pauseUntil(
  holds: () => boolean,
  time: Time,
  everyMilliseconds: number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted && !holds()) await pause(time, everyMilliseconds, signal)
}
