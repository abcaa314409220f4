import type { UsageSample } from '../../history/index.ts'
import { type Workload, type WorkloadContainer, workloadKey } from '../../workloads/index.ts'

/** A Pod that was last seen within this time, or three samples, before the end may still run. */
const LEAST_SECONDS = 3600
const SAMPLES = 3

/** The Pods in a history, and when each was last seen. */
export class PodWatch {
  /** Time of the last sample of each Pod (Unix seconds), by workload, then by Pod. */
  readonly #last = new Map<string, Map<string, number>>()
  #byContainer = new WeakMap<WorkloadContainer, Map<string, number>>()

  /** Passes the batches on unchanged. */
  async *watch(batches: AsyncIterable<readonly UsageSample[]>): AsyncGenerator<readonly UsageSample[]> {
    for await (const samples of batches) {
      for (const { container, pod, timestampSeconds } of samples) {
        const pods = this.#podsOf(container)
        if (timestampSeconds > (pods.get(pod) ?? Number.NEGATIVE_INFINITY)) pods.set(pod, timestampSeconds)
      }
      yield samples
    }
  }

  /** Number of Pods that ran at the end, 0 if all had ended; undefined if the history has no names of Pods. */
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
