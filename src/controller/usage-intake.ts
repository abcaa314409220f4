import type { Outbox } from '../notices/index.ts'
import type { LearnerMetrics } from '../telemetry/index.ts'
import type { ControllerContext } from './context.ts'
import { HistoryWatch } from './history-watch.ts'
import type { Takes } from './takes.ts'
import type { Usage } from './usage.ts'

interface UsageIntakeOptions extends Pick<ControllerContext, 'time'> {
  readonly usage: Usage
  readonly learner: Takes
  readonly outbox: Outbox | undefined
  readonly metrics: Pick<LearnerMetrics, 'lastUsage'>
}

/** Time without usage after which a notice is sent. */
const STALE_MILLISECONDS = 15 * 60_000

/** Passes new usage to the learner, and sends a notice if none arrives for too long. */
export class UsageIntake {
  readonly #options: UsageIntakeOptions
  readonly #history = new HistoryWatch(STALE_MILLISECONDS)

  constructor(options: UsageIntakeOptions) {
    this.#options = options
  }

  async run(signal: AbortSignal): Promise<void> {
    const { usage, learner, outbox, metrics, time } = this.#options
    try {
      await usage.takeIn(learner, signal)
    } catch (error) {
      const notice = this.#history.failed(error as Error, time.elapsed())
      if (notice) outbox?.put(notice)
      throw error
    }
    this.#history.succeeded()
    metrics.lastUsage.set(time.now() / 1000)
  }
}
