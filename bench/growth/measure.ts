import { median } from '../median.ts'

/** Work whose size is a number. */
export interface Growing {
  /** What grows, as in the name of its figure. */
  readonly what: string
  /** The smaller size; the larger one is twice this. */
  readonly n: number
  /** Prepares the work of one size. The function does it once, and may be called any number of times. */
  readonly prepare: (n: number) => () => unknown
}

const LEAST_MILLISECONDS = 40
const ROUNDS = 9

/** CPU time for size 2n divided by that for n: the median of several rounds that measure both one after the other. */
export function growthOf({ n, prepare }: Growing): number {
  const [small, large] = [prepare(n), prepare(2 * n)]
  // The first calls are for the compiler.
  let times = 1
  for (let spent = 0; spent < LEAST_MILLISECONDS; spent = milliseconds(small, times)) times *= 2
  milliseconds(large, times)
  return median(Array.from({ length: ROUNDS }, () => milliseconds(large, times) / milliseconds(small, times)))
}

function milliseconds(work: () => unknown, times: number): number {
  const before = process.cpuUsage()
  for (let i = 0; i < times; i++) work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}
