import { pause, type Time } from '../clock/index.ts'
import { KubeError } from '../kube/index.ts'
import { type LearnerMetrics, type Logger, WRITE_OUTCOMES } from '../telemetry/index.ts'
import { PURPOSES } from './write-budgets.ts'
import type { PendingWrite, WriteQueue } from './write-queue.ts'

interface WriterOptions {
  readonly queue: WriteQueue
  readonly time: Time
  readonly logger: Logger
  readonly metrics: Pick<LearnerMetrics, 'writes' | 'writesWaiting'>
}

const IDLE_MILLISECONDS = 200
const FIRST_WAIT_MILLISECONDS = 1_000
const LONGEST_WAIT_MILLISECONDS = 30_000

/** Runs the writes in the queue, one after another. The client applies its separate budget of writes. */
export class Writer {
  readonly #options: WriterOptions
  /** Number of consecutive failures that were caused by the server, not by the object. */
  #unanswered = 0

  constructor(options: WriterOptions) {
    this.#options = options
    // A series that starts at 1 shows no increase: `rate` needs a 0 first.
    for (const purpose of PURPOSES)
      for (const outcome of WRITE_OUTCOMES) options.metrics.writes.inc({ purpose, outcome }, 0)
  }

  /** Writes until the signal aborts. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.drain(signal)
      await pause(this.#options.time, IDLE_MILLISECONDS, signal)
    }
  }

  /** Writes until the budgets are used up. Never throws. */
  async drain(signal: AbortSignal): Promise<void> {
    const { queue, time, metrics } = this.#options
    while (!signal.aborted) {
      const write = queue.next(time.elapsed())
      for (const purpose of PURPOSES) metrics.writesWaiting.set({ purpose }, queue.waiting(purpose))
      if (!write) return
      await this.#write(write, signal)
      const wait = this.#serverWait()
      if (wait > 0) await pause(time, wait, signal)
    }
  }

  async #write(write: PendingWrite, signal: AbortSignal): Promise<void> {
    const { queue, time, metrics } = this.#options
    const { purpose } = write
    try {
      if (await write.run(signal)) {
        queue.succeeded(write, time.elapsed())
        metrics.writes.inc({ purpose, outcome: 'written' })
      } else queue.unneeded(write, time.elapsed())
      this.#unanswered = 0
    } catch (error) {
      if (!signal.aborted) this.#failed(write, error as Error)
    }
  }

  #failed(write: PendingWrite, error: Error): void {
    const { queue, time, logger, metrics } = this.#options
    const { about, purpose } = write
    const isRefused = error instanceof KubeError && REFUSALS.has(error.status)
    const isServers = error instanceof KubeError && (error.status === undefined || error.status === 429)
    this.#unanswered = isServers ? this.#unanswered + 1 : 0
    queue.failed(write, time.elapsed(), isRefused)
    metrics.writes.inc({ purpose, outcome: isRefused ? 'refused' : 'failed' })
    if (!isRefused) {
      logger.warn({ error, purpose, ...about }, 'a write failed and will be tried again')
      return
    }
    logger.warn({ error, purpose, ...about }, 'a write was refused, and is not tried again until something changes')
    write.onRefused?.(error)
  }

  /** Milliseconds to wait before the next write: while the server does not answer, writes of other objects would fail, too. */
  #serverWait(): number {
    if (this.#unanswered === 0) return 0
    return Math.min(LONGEST_WAIT_MILLISECONDS, FIRST_WAIT_MILLISECONDS * 2 ** (this.#unanswered - 1))
  }
}

/** HTTP statuses that say that the request itself is wrong: bad, too large, invalid. */
const REFUSALS: ReadonlySet<number | undefined> = new Set([400, 413, 422])
