import type { UsageSample } from '../../history/index.ts'
import type { WorkloadContainer } from '../../workloads/index.ts'

/** Number of distances between samples that is enough to tell how a history was taken. */
const ENOUGH = 100_000

/** Measures how far apart the samples of one Pod's container are: each of them stands for that long. */
export class SampleSpacing {
  readonly #last = new Map<WorkloadContainer, Map<string, number>>()
  readonly #times = new Map<number, number>()
  #count = 0

  /** Passes the batches on unchanged. */
  async *watch(batches: AsyncIterable<readonly UsageSample[]>): AsyncGenerator<readonly UsageSample[]> {
    for await (const samples of batches) {
      if (this.#count < ENOUGH) for (const sample of samples) this.#take(sample)
      yield samples
    }
  }

  /** Most frequent distance in seconds; undefined if no Pod has two samples. */
  get commonest(): number | undefined {
    let [commonest, most]: [number | undefined, number] = [undefined, 0]
    for (const [seconds, times] of this.#times) if (times > most) [commonest, most] = [seconds, times]
    return commonest
  }

  #take({ container, pod, timestampSeconds }: UsageSample): void {
    const pods = this.#last.get(container) ?? new Map<string, number>()
    this.#last.set(container, pods)
    const seconds = Math.round(timestampSeconds - (pods.get(pod) ?? timestampSeconds))
    pods.set(pod, timestampSeconds)
    // Where CPU and memory come one after the other, time jumps back once.
    if (seconds <= 0) return
    this.#times.set(seconds, (this.#times.get(seconds) ?? 0) + 1)
    this.#count++
  }
}
