import { variantKey } from '../api/index.ts'
import type { ClusterInventory, Fleet, FleetWorkload } from '../fleet/index.ts'
import type { UsageSample } from '../history/index.ts'
import { toNumber } from '../resources/index.ts'
import {
  cpuPressure,
  greaterPressure,
  memoryPressure,
  type Pressure,
  type PressureSample,
  type Pressures,
  type WatchedContainer,
} from '../revisions/index.ts'

/** Samples that are kept for each container: with one every 15 seconds, four minutes. */
const MOST_SAMPLES = 16
const FRESH_SECONDS = 180

const NONE: Pressures = new Map()

interface PressureWatchOptions {
  readonly fleet: Pick<Fleet, 'pods' | 'workloads'>
  readonly inventory: Pick<ClusterInventory, 'node'>
  readonly nowSeconds: () => number
}

/** The last minutes of usage of each running container, and which are under pressure. It is kept in memory only. */
export class PressureWatch {
  readonly #options: PressureWatchOptions
  /** By namespace and Pod, then by container; oldest first. */
  readonly #samples = new Map<string, Map<string, PressureSample[]>>()
  #busy: { readonly atSeconds: number; readonly shares: ReadonlyMap<string, number> } | undefined
  #before = ''

  constructor(options: PressureWatchOptions) {
    this.#options = options
  }

  note(samples: readonly UsageSample[]): void {
    const oldest = this.#options.nowSeconds() - FRESH_SECONDS
    this.#busy = undefined
    for (const { container, pod, timestampSeconds, cpuCores, memoryBytes } of samples) {
      if (timestampSeconds < oldest) continue
      const key = `${container.workload.namespace}/${pod}`
      const byContainer = this.#samples.get(key) ?? new Map<string, PressureSample[]>()
      this.#samples.set(key, byContainer)
      const known = byContainer.get(container.container) ?? []
      byContainer.set(container.container, known)
      // The same sample may be delivered twice.
      if (timestampSeconds <= (known.at(-1)?.timestampSeconds ?? 0)) continue
      known.push({ timestampSeconds, cpuCores, memoryBytes })
      if (known.length > MOST_SAMPLES) known.shift()
    }
  }

  /** Which containers of a workload are under pressure, and on which nodes those of a DaemonSet are. Pods that start, are not ready or have a boost do not count. */
  of({ workload, pods, heapFollowers }: Pick<FleetWorkload, 'workload' | 'pods' | 'heapFollowers'>): Pressures {
    const nowSeconds = this.#options.nowSeconds()
    const found = new Map<string, { cpu?: Pressure; memory?: Pressure }>()
    for (const { name: pod = '', placement, boosts, containers } of pods) {
      const byContainer = this.#samples.get(`${workload.namespace}/${pod}`)
      if (!byContainer || !placement.isReady || boosts?.values().some(({ isOn }) => isOn)) continue
      const node = workload.kind === 'DaemonSet' ? this.#options.inventory.node(placement.node ?? '') : undefined
      const classes = node?.classes ?? []
      for (const [name, { spec }] of containers) {
        const watched: WatchedContainer = {
          samples: byContainer.get(name) ?? [],
          carried: spec,
          nodeBusyShare: this.#busyShare(placement.node ?? '', nowSeconds),
          followsLimit: heapFollowers?.has(name),
        }
        const its = { cpu: cpuPressure(watched, nowSeconds), memory: memoryPressure(watched, nowSeconds) }
        // Of keys that nothing has values for, nothing follows.
        for (const key of [name, ...classes.map((nodes) => variantKey(name, nodes))]) {
          const before = found.get(key)
          const cpu = greaterPressure(before?.cpu, its.cpu)
          const memory = greaterPressure(before?.memory, its.memory)
          if (cpu || memory) found.set(key, { ...(cpu && { cpu }), ...(memory && { memory }) })
        }
      }
    }
    return found.size > 0 ? found : NONE
  }

  /** Whether containers under pressure have changed since the last call: then a decision should not wait for its turn. */
  hasNews(): boolean {
    const now: string[] = []
    for (const entry of this.#options.fleet.workloads()) {
      const { namespace, kind, name } = entry.workload
      for (const [container, { cpu, memory }] of this.of(entry)) {
        const of = (pressure: Pressure | undefined) => `${pressure?.carried.request}:${pressure?.carried.limit}`
        now.push([namespace, kind, name, container, of(cpu), of(memory)].join('/'))
      }
    }
    const text = now.sort().join('\n')
    const isNews = text !== this.#before && text !== ''
    this.#before = text
    return isNews
  }

  /** Forgets Pods that no longer exist. */
  keep(): void {
    const known = new Set(Array.from(this.#options.fleet.pods(), ({ namespace, name }) => `${namespace}/${name}`))
    for (const key of this.#samples.keys()) if (!known.has(key)) this.#samples.delete(key)
  }

  /** Share of a node's CPU that the Pods on it use, as far as their usage is read: the node may be busier. */
  #busyShare(node: string, nowSeconds: number): number | undefined {
    if (this.#busy?.atSeconds !== nowSeconds)
      this.#busy = { atSeconds: nowSeconds, shares: this.#busyShares(nowSeconds) }
    return this.#busy.shares.get(node)
  }

  #busyShares(nowSeconds: number): ReadonlyMap<string, number> {
    const used = new Map<string, number>()
    for (const { namespace, name, placement } of this.#options.fleet.pods()) {
      const byContainer = this.#samples.get(`${namespace}/${name}`)
      if (!byContainer || placement.node === undefined) continue
      for (const samples of byContainer.values()) {
        const { timestampSeconds = 0, cpuCores = 0 } = samples.at(-1) ?? {}
        if (nowSeconds - timestampSeconds > FRESH_SECONDS || !(cpuCores > 0)) continue
        used.set(placement.node, (used.get(placement.node) ?? 0) + cpuCores)
      }
    }
    const shares = new Map<string, number>()
    for (const [node, cores] of used) {
      const { cpu } = this.#options.inventory.node(node)?.allocatable ?? {}
      if (cpu) shares.set(node, cores / toNumber(cpu))
    }
    return shares
  }
}
