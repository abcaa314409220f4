// Simulates the kubelets of nodes that do not exist: writes allocated and actual resources, and conditions.

import { systemTime } from '../../../src/clock/index.ts'
import { type KubeClient, type KubeObject, PODS, Reflector } from '../../../src/kube/index.ts'
import { parseQuantity, RESOURCES } from '../../../src/resources/index.ts'
import { createLogger } from '../../../src/telemetry/index.ts'
import type { Administered } from '../support/admin.ts'
import { type PromisedPod, promisedTo } from './node-promise.ts'

type Pod = KubeObject & PromisedPod & { readonly spec: { readonly nodeName?: string } }

export interface PlayedNode {
  readonly name: string
  readonly allocatable: Readonly<Record<'cpu' | 'memory', string>>
}

const STARTED_AT = '2026-01-01T00:00:00Z'
/** Time until containers have the allocated resources. */
const ACTUATION_MILLISECONDS = 200

/** Simulates the kubelets of some nodes, from the call of `run` until its signal aborts. */
export class PlayedKubelets {
  readonly #cluster: Administered
  readonly #nodes: ReadonlyMap<string, PlayedNode>
  readonly #pods = new Map<string, Pod>()
  readonly #busy = new Set<string>()
  /** Highest sum that each node was promised at one moment, as a share of its allocatable resources. */
  readonly most = new Map<string, number>()
  deferred = 0

  constructor(cluster: Administered, nodes: readonly PlayedNode[]) {
    this.#cluster = cluster
    this.#nodes = new Map(nodes.map((node) => [node.name, node]))
  }

  /** Creates the Node objects. */
  async register(): Promise<void> {
    for (const { name, allocatable } of this.#nodes.values()) {
      const amounts = { ...allocatable, pods: '250' }
      const conditions = [
        {
          type: 'Ready',
          status: 'True',
          reason: 'Played',
          message: '',
          lastHeartbeatTime: STARTED_AT,
          lastTransitionTime: STARTED_AT,
        },
      ]
      await this.#send('POST', '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name } })
      const status = { capacity: amounts, allocatable: amounts, conditions }
      await this.#send('PATCH', `/api/v1/nodes/${name}/status`, { status })
    }
  }

  async run(client: KubeClient, signal: AbortSignal): Promise<void> {
    const logger = createLogger('silent')
    const reflector = new Reflector<Pod, Pod>({
      ...{ client, type: PODS, time: systemTime },
      trim: (pod) => pod,
      onReplace: (pods) => {
        for (const pod of pods) this.#see(pod)
      },
      onUpsert: (pod) => this.#see(pod),
      onDelete: ({ metadata }) => this.#pods.delete(keyOf(metadata)),
      onTrouble: (error) => logger.warn({ error }, 'watching Pods'),
    })
    await reflector.run(signal)
  }

  #see(pod: Pod): void {
    const node = this.#nodes.get(pod.spec.nodeName ?? '')
    if (!node) return
    this.#pods.set(keyOf(pod.metadata), pod)
    const promised = promisedTo(this.#on(node))
    for (const resource of RESOURCES) {
      const share = Number(promised[resource]) / Number(parseQuantity(node.allocatable[resource]))
      this.most.set(node.name, Math.max(share, this.most.get(node.name) ?? 0))
    }
    void this.#actuate(pod, node)
  }

  #on({ name }: PlayedNode): Pod[] {
    return [...this.#pods.values()].filter(({ spec }) => spec.nodeName === name)
  }

  async #actuate(pod: Pod, node: PlayedNode): Promise<void> {
    const key = keyOf(pod.metadata)
    if (this.#busy.has(key) || isInForce(pod)) return
    this.#busy.add(key)
    try {
      const isFirst = pod.status.phase !== 'Running'
      if (!isFirst && !this.#hasRoom(node)) {
        this.deferred++
        await this.#write(pod, 'Deferred')
        return
      }
      if (!isFirst) {
        await this.#write(pod, 'InProgress')
        await new Promise((resolve) => setTimeout(resolve, ACTUATION_MILLISECONDS))
      }
      await this.#write(pod, 'Done')
    } finally {
      this.#busy.delete(key)
      const now = this.#pods.get(key)
      if (now && now !== pod) void this.#actuate(now, node)
    }
  }

  #hasRoom(node: PlayedNode): boolean {
    const promised = promisedTo(this.#on(node))
    return RESOURCES.every((resource) => promised[resource] <= parseQuantity(node.allocatable[resource])!)
  }

  async #write({ metadata, spec, status }: Pod, state: 'Deferred' | 'InProgress' | 'Done'): Promise<void> {
    const at = new Date().toISOString().replace(/\.\d+Z$/, 'Z')
    const condition = (type: string, isTrue: boolean, reason = '') => ({
      ...{ type, status: isTrue ? 'True' : 'False', lastTransitionTime: at },
      ...(reason && { reason, message: `played: ${reason}` }),
    })
    const isAllocated = state !== 'Deferred'
    const statusOf = (
      container: { readonly name: string; readonly resources?: object; readonly image?: string },
      old: readonly { name: string }[] = [],
    ) => {
      const before = old.find(({ name }) => name === container.name)
      const { requests } = (container.resources ?? {}) as { requests?: object }
      return {
        ...{ name: container.name, image: container.image, imageID: '', ready: true, started: true, restartCount: 0 },
        ...{ containerID: `played://${container.name}`, state: { running: { startedAt: STARTED_AT } } },
        ...before,
        ...(isAllocated && { allocatedResources: requests }),
        ...(state === 'Done' && { resources: container.resources }),
      }
    }
    const body = {
      metadata: { uid: metadata.uid },
      status: {
        ...{ phase: 'Running', startTime: STARTED_AT },
        conditions: [
          condition('Ready', true),
          condition('PodResizePending', state === 'Deferred', 'Deferred'),
          condition('PodResizeInProgress', state === 'InProgress'),
        ],
        containerStatuses: spec.containers.map((one) => statusOf(one, status.containerStatuses)),
        ...(spec.initContainers && {
          initContainerStatuses: spec.initContainers.map((one) => statusOf(one, status.initContainerStatuses)),
        }),
      },
    }
    await this.#send('PATCH', `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}/status`, body)
  }

  async #send(method: 'POST' | 'PATCH', path: string, body: object): Promise<void> {
    const type = method === 'PATCH' ? 'application/strategic-merge-patch+json' : 'application/json'
    const { status, text } = await this.#cluster.api.call(method, path, body, type)
    if (status >= 300 && status !== 404) throw new Error(`${method} ${path}: ${status} ${text}`)
  }
}

function isInForce({ spec, status }: Pod): boolean {
  if (status.phase !== 'Running') return false
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
  const statuses = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])]
  return [...spec.containers, ...sidecars].every(({ name, resources }) => {
    const its = statuses.find((one) => one.name === name)
    return JSON.stringify(sorted(its?.resources)) === JSON.stringify(sorted(resources))
  })
}

function sorted(resources: object | undefined): unknown {
  return Object.entries(resources ?? {})
    .map(([kind, amounts]) => [kind, Object.entries(amounts as object).sort()])
    .sort()
}

function keyOf({ namespace, name }: KubeObject['metadata']): string {
  return `${namespace}/${name}`
}
