import type { Observed, SampledUsage } from './observed.ts'
import { warmedUpSeconds } from './signals.ts'
import { heavier, type ReadUsage } from './usage.ts'

interface Sampling {
  readonly key: string
  /** What earlier loads of the trial used, or this one before the process started. */
  readonly before: readonly SampledUsage[]
  during: readonly SampledUsage[]
}

/** Usage of the trials that run, while their loads run. What was stored with the trial is continued. */
export class UsageOfTrials {
  readonly #read: ReadUsage
  readonly #onTrouble: (error: Error) => void
  readonly #samplings = new Map<string, Sampling>()

  constructor(read: ReadUsage, onTrouble: (error: Error) => void) {
    this.#read = read
    this.#onTrouble = onTrouble
  }

  /** Measures where a load runs that has warmed up. Never throws: a trial without usage still says how fast it is. */
  async measure(observed: Observed, now: Date, signal: AbortSignal): Promise<readonly SampledUsage[] | undefined> {
    const { uid } = observed.experiment.metadata
    const { current } = observed.experiment.status ?? {}
    if (current?.stage !== 'loading') {
      this.#samplings.delete(uid)
      return undefined
    }
    const index = current.load ?? 0
    const key = `${current.number} ${index}`
    let sampling = this.#samplings.get(uid)
    if (sampling?.key !== key) {
      sampling = { key, before: current.usage ?? [], during: [] }
      this.#samplings.set(uid, sampling)
    }
    const isRunning = observed.loads.some(({ trial, result }) => trial === current.number && result.kind === 'running')
    const sinceSeconds = warmedUpSeconds(observed, current)
    if (isRunning && now.getTime() / 1000 >= sinceSeconds) {
      const measured = await this.#read(observed, signal, sinceSeconds, sampling.during).catch(
        (error) => void this.#onTrouble(error as Error),
      )
      if (measured) sampling.during = measured
    }
    return heavier(sampling.before, sampling.during)
  }

  /** Forgets experiments that are gone. */
  keep(uids: ReadonlySet<string>): void {
    for (const uid of this.#samplings.keys()) if (!uids.has(uid)) this.#samplings.delete(uid)
  }
}
