import { Processes, until } from '../harness/index.ts'
import { type Administered, startAdministered } from '../support/admin.ts'
import { inParallel } from '../support/api.ts'
import { makeNamespace } from '../support/namespace.ts'
import { KUBELETS, startKubelets, startTightScheduler } from './schedulers.ts'
import { NAMESPACE, type PodManifest, type SeededCluster } from './seeded-cluster.ts'

export interface RunningPod {
  readonly metadata: { readonly name: string }
  readonly spec: { readonly nodeName?: string }
  readonly status: {
    readonly conditions?: readonly {
      readonly type: string
      readonly status: string
      readonly reason?: string
      readonly message?: string
    }[]
  }
}

interface NodeState {
  readonly spec?: { readonly taints?: readonly { readonly key: string }[] }
}

const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`
/** How long the scheduler places no Pod before those without a node count as refused. */
const PATIENCE_MILLISECONDS = 30_000
/** Label of the Pods of a seeded cluster; those of its DaemonSets have none. */
const APP = 'app'
/** Label of the Pods that were created together: waiting for some need not read all others. */
const BATCH = 'batch'

/** A cluster of nodes that KWOK plays. */
export class World {
  readonly cluster: Administered
  /** Name of the newest Pod of each Pod of the seeded cluster: a new one never has the name of an old one, as with controllers. */
  readonly #names = new Map<string, string>()
  readonly #batches = new Map<string, number>()
  #created = 0
  #batch = 0

  private constructor(cluster: Administered) {
    this.cluster = cluster
  }

  static async start(progress?: (text: string) => void): Promise<World> {
    const cluster = await startAdministered(progress ? { progress } : {})
    try {
      await startKubelets(cluster)
      await startTightScheduler(cluster)
      await makeNamespace(cluster, NAMESPACE)
      return new World(cluster)
    } catch (error) {
      await cluster.stop()
      throw error
    }
  }

  /** Creates nodes and surroundings, and waits until Pods can be scheduled beside those of the DaemonSets. */
  async fill({ nodes, surroundings }: SeededCluster): Promise<void> {
    await this.cluster.apply(...surroundings)
    await inParallel(nodes, 8, (node) => this.#must('POST', '/api/v1/nodes', node))
    const processes = new Processes(this.cluster.directory)
    await processes.ready(KUBELETS, async () => {
      const list = await this.#items<NodeState>('/api/v1/nodes')
      return list.every(({ spec }) => !spec?.taints?.some(({ key }) => key.startsWith('node.kubernetes.io/')))
    })
    await processes.ready(KUBELETS, async () => {
      const daemons = (await this.cluster.read<{ items: DaemonSetState[] }>(
        `/apis/apps/v1/namespaces/${NAMESPACE}/daemonsets`,
      ))!.items
      return daemons.every(({ status }) => {
        const wanted = status?.desiredNumberScheduled ?? 0
        return wanted > 0 && status?.numberReady === wanted
      })
    })
  }

  /** Removes what `fill` created. */
  async clear({ nodes, surroundings }: SeededCluster): Promise<void> {
    await this.remove((await this.pods()).map(originalName))
    const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: surroundings })
    await this.cluster.kubectl(['delete', '--wait=false', '-f', '-'], { input, timeoutMilliseconds: 120_000 })
    await inParallel(nodes, 8, ({ metadata }) => this.#must('DELETE', `/api/v1/nodes/${String(metadata.name)}`))
    await until('everything to be gone', async () => (await this.#items(PODS)).length === 0)
  }

  /**
   * Creates Pods, so that the scheduler gets them roughly in this order.
   *
   * @param nodeName node that they are put on without a scheduler
   */
  async create(pods: readonly PodManifest[], schedulerName: string, nodeName?: string): Promise<void> {
    const batch = ++this.#batch
    await inParallel(pods, 8, async (pod) => {
      const { name: of } = pod.metadata
      const name = `${of}-r${++this.#created}`
      const spec = { ...pod.spec, schedulerName, ...(nodeName && { nodeName }) }
      const labels = { ...pod.metadata.labels, [BATCH]: String(batch) }
      await this.#must('POST', PODS, { ...pod, metadata: { ...pod.metadata, name, labels }, spec })
      this.#names.set(of, name)
      this.#batches.set(of, batch)
    })
  }

  /** Ends Pods immediately. */
  async remove(names: readonly string[]): Promise<void> {
    await inParallel(names, 8, (of) => this.#must('DELETE', `${PODS}/${this.#names.get(of)}?gracePeriodSeconds=0`))
  }

  async cordon(node: string, unschedulable = true): Promise<void> {
    const body = JSON.stringify({ spec: { unschedulable } })
    await this.#must('PATCH', `/api/v1/nodes/${node}`, body, 'application/merge-patch+json')
  }

  /** The Pods of the seeded cluster, or some of them. */
  async pods(names?: ReadonlySet<string>): Promise<readonly RunningPod[]> {
    const batches = names && new Set([...names].map((name) => this.#batches.get(name)))
    const selector = batches ? `${BATCH} in (${[...batches].join(',')})` : APP
    const found = await this.#items<RunningPod>(
      `${PODS}?labelSelector=${encodeURIComponent(selector)}&resourceVersion=0`,
    )
    return names ? found.filter((pod) => names.has(originalName(pod))) : found
  }

  /** Waits until the scheduler has a node for each of these Pods, or has none for one of them. */
  async scheduled(names: readonly string[]): Promise<readonly RunningPod[]> {
    return await this.#until(names, (pods) => pods.every(isScheduled) || pods.some(isUnschedulable))
  }

  /**
   * Waits until the scheduler has a node for each of these Pods. It tries Pods again that wait for others; what is still without a
   * node after a while is returned so.
   */
  async settled(names: readonly string[]): Promise<readonly RunningPod[]> {
    let placed = -1
    let since = performance.now()
    return await this.#until(names, (pods) => {
      const now = pods.filter(isScheduled).length
      if (now !== placed) since = performance.now()
      placed = now
      return placed === pods.length || (pods.some(isUnschedulable) && performance.now() - since > PATIENCE_MILLISECONDS)
    })
  }

  async #until(names: readonly string[], isDone: (pods: readonly RunningPod[]) => boolean) {
    const wanted = new Set(names)
    const done = async () => {
      const pods = await this.pods(wanted)
      return pods.length === wanted.size && isDone(pods) ? pods : undefined
    }
    return await until('Pods to be scheduled', done, { everyMilliseconds: 50, timeoutMilliseconds: 600_000 })
  }

  async stop(): Promise<void> {
    await this.cluster.stop()
  }

  async #items<T>(path: string): Promise<readonly T[]> {
    return ((await this.#must('GET', path)) as { readonly items: readonly T[] }).items
  }

  async #must(method: string, path: string, body?: string | object, contentType?: string): Promise<unknown> {
    const answer = await this.cluster.api.call(method, path, body, contentType)
    if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`)
    return answer.json
  }
}

interface DaemonSetState {
  readonly status?: { readonly desiredNumberScheduled?: number; readonly numberReady?: number }
}

function isScheduled({ spec }: RunningPod): boolean {
  return Boolean(spec.nodeName)
}

/** Name in the seeded cluster of a Pod, which has another one each time that it is created. */
export function originalName({ metadata }: { readonly metadata: { readonly name: string } }): string {
  return metadata.name.replace(/-r\d+$/, '')
}

export function isUnschedulable(pod: RunningPod): boolean {
  return whyUnschedulable(pod) !== undefined
}

/** What the scheduler says about a Pod that it has no node for. */
export function whyUnschedulable({ metadata, spec, status }: RunningPod): string | undefined {
  if (spec.nodeName) return undefined
  const condition = status.conditions?.find(({ type, reason }) => type === 'PodScheduled' && reason === 'Unschedulable')
  return condition && `${metadata.name}: ${condition.message}`
}
