import type { Fleet, FleetPod } from '../fleet/index.ts'
import type { UsageSample } from '../history/index.ts'

/** Maximum age of a sample that counts as current. */
const MAX_AGE_SECONDS = 15 * 60

interface Used {
  readonly cpuCores: number
  readonly memoryBytes: number
  readonly timestampSeconds: number
}

/** Last usage of each container of each Pod. */
export class RecentUsage {
  /** By namespace and Pod, then by container. */
  readonly #byPod = new Map<string, Map<string, Used>>()

  /** Adds samples; those that are too old are ignored, so that reading days of history costs no memory. */
  note(samples: readonly UsageSample[], nowSeconds: number): void {
    for (const { container, pod, timestampSeconds, cpuCores, memoryBytes } of samples) {
      if (nowSeconds - timestampSeconds > MAX_AGE_SECONDS || Number.isNaN(cpuCores) || Number.isNaN(memoryBytes))
        continue
      const key = `${container.workload.namespace}/${pod}`
      const containers = this.#byPod.get(key) ?? new Map<string, Used>()
      if ((containers.get(container.container)?.timestampSeconds ?? 0) <= timestampSeconds)
        containers.set(container.container, { cpuCores, memoryBytes, timestampSeconds })
      this.#byPod.set(key, containers)
    }
  }

  /** Forgets Pods that no longer exist. */
  keep(fleet: Pick<Fleet, 'pods'>): void {
    const known = new Set(Array.from(fleet.pods(), ({ namespace, name }) => `${namespace}/${name}`))
    for (const key of this.#byPod.keys()) if (!known.has(key)) this.#byPod.delete(key)
  }

  /** Last usage of a container; undefined if there is no current sample. */
  of({ namespace, name }: Pick<FleetPod, 'namespace' | 'name'>, container: string, nowSeconds: number) {
    const used = this.#byPod.get(`${namespace}/${name}`)?.get(container)
    if (!used || nowSeconds - used.timestampSeconds > MAX_AGE_SECONDS) return undefined
    return { cpuCores: used.cpuCores, memoryBytes: used.memoryBytes }
  }
}
