import type fc from 'fast-check'

/** Something to feed mutated inputs to. */
export interface Target<Case = unknown> {
  readonly name: string
  /** Number of cases of one run: together with the other targets some two minutes of CPU time. */
  readonly count: number
  readonly cases: fc.Arbitrary<Case>
  /** @throws whatever must not happen */
  readonly check: (input: Case) => void | Promise<void>
  /** The input as the code gets it, for a person. */
  readonly show: (input: Case) => unknown
}

/** Longest time that one review may take, as CPU time of this thread: a busy machine does not count. */
const LIMIT_MILLISECONDS = 100
/** A pause of the garbage collector may fall into one run; what is slow is slow in each. */
const ATTEMPTS = 3

/** Runs something and returns what it returns. @throws Error if it takes too long, again and again */
export function inTime<T>(what: string, run: () => T): T {
  let least = Number.POSITIVE_INFINITY
  for (let attempt = 0; ; attempt++) {
    const before = process.threadCpuUsage()
    const result = run()
    const { user, system } = process.threadCpuUsage(before)
    least = Math.min(least, (user + system) / 1000)
    if (least <= LIMIT_MILLISECONDS) return result
    if (attempt === ATTEMPTS - 1) throw new Error(`${what} took ${least.toFixed(0)} ms of CPU time`)
  }
}
