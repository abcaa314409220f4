// What the Pods of a node are promised: for each container, the highest of its spec, allocated and actual resources.
import { parseQuantity, RESOURCES } from '../../../src/resources/index.ts'

interface Container {
  readonly name: string
  readonly restartPolicy?: string
  readonly resources?: { readonly requests?: Readonly<Record<string, string>> }
}

export interface PromisedPod {
  readonly spec: { readonly containers: readonly Container[]; readonly initContainers?: readonly Container[] }
  readonly status: {
    readonly phase?: string
    readonly containerStatuses?: readonly ContainerStatus[]
    readonly initContainerStatuses?: readonly ContainerStatus[]
  }
}

interface ContainerStatus {
  readonly name: string
  readonly restartCount?: number
  readonly containerID?: string
  readonly allocatedResources?: Readonly<Record<string, string>>
  readonly resources?: Container['resources']
}

type Amounts = Readonly<Record<(typeof RESOURCES)[number], bigint>>

/** Sums up what Pods that have not ended are promised. Plain init containers do not count, because they have run. */
export function promisedTo(pods: Iterable<PromisedPod>): Amounts {
  const sum = { cpu: 0n, memory: 0n }
  for (const { spec, status } of pods) {
    if (status.phase === 'Succeeded' || status.phase === 'Failed') continue
    const statuses = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])]
    const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
    for (const { name, resources } of [...spec.containers, ...sidecars]) {
      const its = statuses.find((one) => one.name === name)
      for (const resource of RESOURCES) {
        const texts = [resources?.requests, its?.allocatedResources, its?.resources?.requests]
        const values = texts.map((amounts) => parseQuantity(amounts?.[resource]) ?? 0n)
        sum[resource] += values.reduce((most, value) => (value > most ? value : most))
      }
    }
  }
  return sum
}
