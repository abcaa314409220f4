import type { RecommendationStatus } from '../../../src/api/index.ts'
import type { KubeObject } from '../../../src/kube/index.ts'
import { RESOURCES, type ResourceName } from '../../../src/resources/index.ts'
import { type Cluster, until } from '../harness/index.ts'
import {
  containersOf as containersOfPod,
  podsOf,
  recommendationOf,
  type SeenPod,
  type SeenResources,
} from '../loop/sight.ts'
import { Api } from '../support/api.ts'
import { type AfternoonWorkload, containersOf, manifestsOf } from './workload.ts'

export type When = 'before' | 'after'

export interface SeenEvent extends KubeObject {
  readonly reason: string
  readonly note: string
  readonly regarding: { readonly kind: string; readonly name: string; readonly namespace: string }
}

/** The state of the workloads in the API server, before and after their Pods were replaced, for comparison with the screens. */
export class World {
  readonly workloads: readonly AfternoonWorkload[]
  /** End of the history. */
  readonly endSeconds: number
  readonly #cluster: Cluster
  readonly #api: Api
  readonly #pods: Record<When, Map<string, readonly SeenPod[]>> = { before: new Map(), after: new Map() }
  #statuses = new Map<string, RecommendationStatus | undefined>()
  readonly #before = new Map<string, RecommendationStatus | undefined>()
  events: readonly SeenEvent[] = []
  #runs = 0

  static async create(cluster: Cluster, workloads: readonly AfternoonWorkload[], endSeconds: number): Promise<World> {
    const world = new World(cluster, workloads, endSeconds)
    await cluster.apply(...workloads.flatMap(manifestsOf))
    await world.#run()
    await world.#awaitPods(new Set())
    for (const one of workloads) world.#pods.before.set(one.name, await podsOf(cluster, one))
    return world
  }

  private constructor(cluster: Cluster, workloads: readonly AfternoonWorkload[], endSeconds: number) {
    this.endSeconds = endSeconds
    this.#cluster = cluster
    this.#api = new Api(cluster)
    this.workloads = workloads
  }

  close(): void {
    this.#api.close()
  }

  /** Whether all decisions are made: each workload that may be sized has learned values, applied or not. */
  async isDecided(): Promise<boolean> {
    await this.look()
    const open = this.workloads.filter((one) => {
      if (one.name === 'vendor') return false
      const status = this.#statuses.get(one.name)
      return !status?.learned || !(status.applied || status.pending || status.waiting)
    })
    return open.length === 0
  }

  /** Whether the learner knows that the new Pods carry the applied revision. */
  async isSettled(): Promise<boolean> {
    await this.look()
    return [...this.#statuses.values()].every((status) => !status?.applied || status.probation || status.lastGood)
  }

  /** Reads Recommendations and Events. */
  async look(): Promise<void> {
    const found = await Promise.all(this.workloads.map((one) => recommendationOf(this.#cluster, one)))
    this.#statuses = new Map(found.map((status, i) => [this.workloads[i]!.name, status]))
    const { json } = await this.#api.call('GET', '/apis/events.k8s.io/v1/events?limit=2000')
    this.events = (json as { items: SeenEvent[] }).items.filter(({ regarding }) =>
      this.workloads.some(({ name, kind }) => name === regarding.name && kind === regarding.kind),
    )
  }

  /** Replaces every Pod, as a rollout does. */
  async replacePods(): Promise<void> {
    for (const [name, status] of this.#statuses) this.#before.set(name, status)
    const old = new Set([...this.#pods.before.values()].flat().map(({ metadata }) => metadata.uid))
    for (const { namespace, name } of this.workloads)
      await this.#cluster.kubectl([
        ...['delete', 'pods', `--namespace=${namespace}`, `--selector=app=${name}`],
        ...['--wait=false', '--grace-period=0', '--force'],
      ])
    await this.#run()
    await this.#awaitPods(old)
    for (const one of this.workloads) this.#pods.after.set(one.name, await podsOf(this.#cluster, one))
  }

  podsOf(name: string, when: When): readonly SeenPod[] {
    return this.#pods[when].get(name) ?? []
  }

  statusOf(name: string, when: When = 'after'): RecommendationStatus | undefined {
    return (when === 'before' && this.#before.get(name)) || this.#statuses.get(name)
  }

  resourcesOf(name: string, container: string, when: When): SeenResources {
    const [pod] = this.podsOf(name, when)
    return containersOfPod(pod!).find((one) => one.name === container)!.resources
  }

  containersOf({ name }: AfternoonWorkload) {
    return containersOfPod(this.podsOf(name, 'before')[0]!).map((container) => ({
      name: container.name,
      before: this.resourcesOf(name, container.name, 'before'),
      after: this.resourcesOf(name, container.name, 'after'),
    }))
  }

  /** Resources of a container without an applied value. */
  leftOf({ name }: AfternoonWorkload, container: string): ResourceName[] {
    const applied = this.statusOf(name)?.applied?.containers.find((one) => one.name === container)
    return RESOURCES.filter((resource) => !applied?.[resource])
  }

  isLeft(workload: AfternoonWorkload, resource: ResourceName): boolean {
    return Object.keys(containersOf(workload)).some((name) => this.leftOf(workload, name).includes(resource))
  }

  isSizedAlone(workload: AfternoonWorkload): boolean {
    return !RESOURCES.some((resource) => this.isLeft(workload, resource))
  }

  async #run(): Promise<void> {
    for (const { kind, namespace, name } of this.workloads) {
      if (kind !== 'CronJob') continue
      const job = `${name}-${Math.floor(Date.now() / 60_000) + this.#runs++}`
      await this.#cluster.kubectl(['create', 'job', job, `--from=cronjob/${name}`, `--namespace=${namespace}`])
    }
  }

  async #awaitPods(old: ReadonlySet<string>): Promise<void> {
    const missing = async () => {
      const all = await Promise.all(this.workloads.map(async (one) => [one, await podsOf(this.#cluster, one)] as const))
      return all.filter(([{ replicas = 1 }, pods]) => {
        const fresh = pods.filter(({ metadata, status }) => !old.has(metadata.uid) && status.containerStatuses)
        return fresh.length < replicas
      })
    }
    await until('the Pods to run', async () => (await missing()).length === 0, { timeoutMilliseconds: 120_000 })
  }
}
