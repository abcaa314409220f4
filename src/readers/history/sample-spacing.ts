import type { UsageSample } from '../../history/index.ts'
import type { WorkloadContainer } from '../../workloads/index.ts'

/** Number of samples that is enough to find the sampling interval of a history. */
const ENOUGH = 100_000

/** Measures the time between two samples of one Pod's container, which is the time that each sample represents. */
export class SampleSpacing {
  /** The first times of each Pod (Unix seconds), in the order of the history, which may be any. */
  readonly #times = new Map<WorkloadContainer, Map<string, number[]>>()
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
    const distances = new Map<number, number>()
    for (const pods of this.#times.values()) {
      for (const times of pods.values()) {
        times.sort((a, b) => a - b)
        for (let i = 1; i < times.length; i++) {
          const seconds = Math.round(times[i]! - times[i - 1]!)
          // CPU and memory of the same time may be two samples.
          if (seconds > 0) distances.set(seconds, (distances.get(seconds) ?? 0) + 1)
        }
      }
    }
    let [commonest, most]: [number | undefined, number] = [undefined, 0]
    for (const [seconds, times] of distances) if (times > most) [commonest, most] = [seconds, times]
    return commonest
  }

  #take({ container, pod, timestampSeconds }: UsageSample): void {
    const pods = this.#times.get(container) ?? new Map<string, number[]>()
    this.#times.set(container, pods)
    const times = pods.get(pod)
    if (times) times.push(timestampSeconds)
    else pods.set(pod, [timestampSeconds])
    this.#count++
  }
}
