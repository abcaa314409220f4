import type { UsageSample } from '../../history/index.ts'
import { type Workload, type WorkloadContainer, workloadKey } from '../../workloads/index.ts'

/** Of a Pod that was last seen so long before the end, or three samples, nobody knows that it is gone. */
const LEAST_SECONDS = 3600
const SAMPLES = 3

/** Which Pods a history has shown, and until when. */
export class PodWatch {
  /** By workload, then Pod: when it was last seen. */
  readonly #last = new Map<string, Map<string, number>>()
  #byContainer = new WeakMap<WorkloadContainer, Map<string, number>>()

  /** Hands the batches on as they are. */
  async *watch(batches: AsyncIterable<readonly UsageSample[]>): AsyncGenerator<readonly UsageSample[]> {
    for await (const samples of batches) {
      for (const { container, pod, timestampSeconds } of samples) {
        const pods = this.#podsOf(container)
        if (timestampSeconds > (pods.get(pod) ?? Number.NEGATIVE_INFINITY)) pods.set(pod, timestampSeconds)
      }
      yield samples
    }
  }

  /** @returns how many ran at the end, 0 where all were gone; undefined where the history does not name Pods */
  runningAt(workload: Workload, endSeconds: number, stepSeconds: number): number | undefined {
    const pods = this.#last.get(workloadKey(workload)) ?? new Map<string, number>()
    const since = endSeconds - Math.max(LEAST_SECONDS, SAMPLES * stepSeconds)
    const running = [...pods].filter(([, seconds]) => seconds >= since)
    if (running.length === 0) return 0
    return running.some(([pod]) => pod === '') ? undefined : running.length
  }

  #podsOf(container: WorkloadContainer): Map<string, number> {
    const known = this.#byContainer.get(container)
    if (known) return known
    const key = workloadKey(container.workload)
    const pods = this.#last.get(key) ?? new Map<string, number>()
    this.#last.set(key, pods)
    this.#byContainer.set(container, pods)
    return pods
  }
}
