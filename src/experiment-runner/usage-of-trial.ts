import type { Observed, SampledUsage } from './observed.ts'
import { currentLoad, loadWindow } from './signals.ts'
import { heavier, type ReadUsage } from './usage.ts'

/** How often the usage of a load is read while it runs. */
const EVERY_SECONDS = 10

interface Sampling {
  readonly key: string
  readAtSeconds: number
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

  /** Measures now and then while a load runs that has warmed up, and when it has ended. Never throws: a trial without usage still says how fast it is. */
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
      sampling = { key, readAtSeconds: 0, before: current.usage ?? [], during: [] }
      this.#samplings.set(uid, sampling)
    }
    const window = loadWindow(observed, current, now)
    const state = currentLoad(observed, current)?.result.kind
    const isDue =
      state === 'finished' ||
      (state === 'running' && window.toSeconds - Math.max(window.fromSeconds, sampling.readAtSeconds) >= EVERY_SECONDS)
    if (isDue && window.toSeconds > window.fromSeconds) {
      sampling.readAtSeconds = window.toSeconds
      const measured = await this.#read(observed, signal, window, sampling.during).catch(
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
