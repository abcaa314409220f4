import { Histogram } from './histogram.ts'

/** What became of requests that were due while the load was measured. */
export class Tally {
  /** From when a request was due to the end of its answer, or to its timeout. */
  readonly latency = new Histogram()
  /** From when a request was due to when the generator attended to it: its own delay. */
  readonly lateness = new Histogram()
  readonly failures = new Map<string, number>()
  requests = 0
  sent = 0
  failed = 0
  /** What this machine lacked, such as a free port. */
  ownFailure: string | undefined

  fail(reason: string): void {
    this.failed += 1
    if (this.failures.has(reason) || this.failures.size < MOST_REASONS)
      this.failures.set(reason, (this.failures.get(reason) ?? 0) + 1)
  }
}

const MOST_REASONS = 20
