import type { PodApi } from '../../../src/apply/pod-api.ts'
import type { ApiOwner } from '../../../src/apply/restart/owner.ts'
import type { RestartApi } from '../../../src/apply/restart/restart-api.ts'
import { type ApiPod, readPlacement } from '../../../src/fleet/index.ts'
import { KubeError } from '../../../src/kube/index.ts'
import { DECISION_ANNOTATION } from '../../../src/policy/index.ts'
import { Killed } from '../model-cluster.ts'

export interface WorkloadModelOptions {
  readonly replicas: number
  /** A Pod as its author wrote it, or as the webhook gave it earlier. */
  readonly pod: () => ApiPod
  /** What the webhook gives a new Pod. */
  readonly successor: () => ApiPod
  /** Pods that a PodDisruptionBudget lets be missing; undefined if there is none. */
  readonly budget?: number
  readonly strategy?: NonNullable<ApiOwner['spec']>['strategy']
  readonly now: () => number
}

/** An API server with one workload, its controllers, and a kubelet that needs a turn for each step of a Pod. */
export class WorkloadModel implements PodApi, RestartApi {
  readonly #options: WorkloadModelOptions
  readonly #pods = new Map<string, ApiPod>()
  #made = 0
  #version = 1
  #template = 1
  #isDead = false
  calls: string[] = []
  kill: { readonly at: number; readonly afterEffect: boolean } | undefined
  /** Least number of Pods that were ready at any time. */
  leastReady: number
  evictions = 0
  rollouts = 0

  constructor(options: WorkloadModelOptions) {
    this.#options = options
    this.leastReady = options.replicas
    for (let i = 0; i < options.replicas; i++) this.#add(options.pod, 'True')
  }

  get pods(): readonly ApiPod[] {
    return [...this.#pods.values()].map((pod) => structuredClone(pod))
  }

  /** Whether all Pods are there and ready. */
  get isWhole(): boolean {
    return this.#pods.size === this.#options.replicas && this.#ready() === this.#options.replicas
  }

  get isDead(): boolean {
    return this.#isDead
  }

  /** Another process takes over. */
  revive(): void {
    this.#isDead = false
    this.kill = undefined
  }

  async get(_namespace: string, name: string): Promise<ApiPod> {
    return this.#call('get', () => this.#read(name))
  }

  async ofNode(): Promise<readonly ApiPod[]> {
    return this.#call('list', () => this.pods)
  }

  async record(pod: ApiPod, annotation: string | null): Promise<ApiPod> {
    return this.#call('record', () => {
      const stored = this.#current(pod)
      const annotations = { ...stored.metadata?.annotations }
      if (annotation === null) delete annotations[DECISION_ANNOTATION]
      else annotations[DECISION_ANNOTATION] = annotation
      this.#put({ ...stored, metadata: { ...stored.metadata, annotations } })
      return this.#read(stored.metadata!.name!)
    })
  }

  async tryResize(): Promise<void> {
    this.#call('dry run', () => {})
  }

  async resize(pod: ApiPod, body: Parameters<PodApi['resize']>[1]): Promise<void> {
    this.#call('resize', () => {
      const stored = structuredClone(this.#current(pod))
      const status = { ...stored.status, conditions: [readyIs('False', this.#options.now())] }
      const containers = stored.spec!.containers!.map((container) => {
        const change = body.containers?.find(({ name }) => name === container.name)?.resources
        const { requests, limits } = container.resources ?? {}
        const of = (old: unknown, next: object | undefined) => ({ ...(old as object), ...next })
        return {
          ...container,
          resources: { requests: of(requests, change?.requests), limits: of(limits, change?.limits) },
        }
      })
      this.#put({ ...stored, spec: { ...stored.spec, containers }, status })
    })
  }

  async owner(): Promise<ApiOwner> {
    return this.#call('owner', () => {
      const { replicas, strategy = {} } = this.#options
      const updated = this.pods.filter((pod) => readPlacement(pod).template === this.#hash).length
      return {
        metadata: { name: 'web', uid: 'owner', generation: this.#template, resourceVersion: String(this.#version) },
        spec: { replicas, strategy, selector: { matchLabels: { app: 'web' } } },
        status: { observedGeneration: this.#template, replicas: this.#pods.size, updatedReplicas: updated },
      }
    })
  }

  async podsOf(): Promise<readonly ApiPod[]> {
    return this.#call('pods', () => this.pods)
  }

  async evict({ metadata }: ApiPod, { dryRun }: { readonly dryRun: boolean }): Promise<void> {
    this.#call(dryRun ? 'ask to evict' : 'evict', () => {
      const pod = this.#pods.get(metadata?.name ?? '')
      if (pod?.metadata?.uid !== metadata?.uid) throw new KubeError('NotFound', 'no such Pod', { status: 404 })
      const { budget = Number.POSITIVE_INFINITY, replicas } = this.#options
      if (replicas - this.#ready() >= budget)
        throw new KubeError('TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
          status: 429,
        })
      if (dryRun) return
      this.evictions++
      this.#end(pod!)
    })
  }

  async rollOut(): Promise<void> {
    this.#call('roll out', () => {
      this.rollouts++
      this.#template++
      this.#version++
    })
  }

  /** Controllers and kubelet take one step each. */
  turn(): void {
    const { replicas, successor } = this.#options
    for (const [name, pod] of this.#pods) if (pod.metadata?.deletionTimestamp !== undefined) this.#pods.delete(name)
    for (const pod of this.pods)
      if (!readPlacement(pod).isReady)
        this.#put({ ...pod, status: { ...pod.status, conditions: [readyIs('True', this.#options.now())] } })
    const old = this.pods.filter((pod) => readPlacement(pod).template !== this.#hash)
    if (old.length === 0) while (this.#pods.size < replicas) this.#add(successor, 'False')
    else if (this.#pods.size <= replicas) this.#add(successor, 'False')
    else if (this.#ready() > replicas) this.#end(old[0]!)
    this.#note()
  }

  get #hash(): string {
    return `hash${this.#template}`
  }

  #add(make: () => ApiPod, ready: 'True' | 'False'): void {
    const name = `web-${this.#made++}`
    const pod = make()
    const labels = { 'pod-template-hash': this.#hash }
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `web-${this.#hash}`, controller: true }
    const metadata = { ...pod.metadata, name, uid: name, labels, ownerReferences: [owner] }
    this.#put({ ...pod, metadata, status: { ...pod.status, conditions: [readyIs(ready, this.#options.now())] } })
  }

  #end(pod: ApiPod): void {
    const metadata = { ...pod.metadata, deletionTimestamp: new Date(this.#options.now()).toISOString() }
    this.#put({ ...pod, metadata, status: { ...pod.status, conditions: [readyIs('False', this.#options.now())] } })
  }

  #put(pod: ApiPod): void {
    this.#pods.set(pod.metadata!.name!, {
      ...pod,
      metadata: { ...pod.metadata, resourceVersion: String(++this.#version) },
    })
    this.#note()
  }

  #note(): void {
    if (this.#pods.size >= this.#options.replicas) this.leastReady = Math.min(this.leastReady, this.#ready())
  }

  #ready(): number {
    return this.pods.filter((pod) => readPlacement(pod).isReady).length
  }

  #read(name: string): ApiPod {
    const pod = this.#pods.get(name)
    if (!pod) throw new KubeError('NotFound', 'no such Pod', { status: 404 })
    return structuredClone(pod)
  }

  #current({ metadata }: ApiPod): ApiPod {
    const stored = this.#read(metadata?.name ?? '')
    if (stored.metadata?.resourceVersion !== metadata?.resourceVersion)
      throw new KubeError('Conflict', 'the object has been modified', { status: 409 })
    return stored
  }

  #call<T>(what: string, effect: () => T): T {
    if (this.#isDead) throw new Killed()
    this.calls.push(what)
    const dies = this.kill?.at === this.calls.length
    if (dies) this.#isDead = true
    if (dies && !this.kill!.afterEffect) throw new Killed()
    const answer = effect()
    if (dies) throw new Killed()
    return answer
  }
}

function readyIs(status: 'True' | 'False', now: number) {
  return { type: 'Ready', status, lastTransitionTime: new Date(now).toISOString() }
}
