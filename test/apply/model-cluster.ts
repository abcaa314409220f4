import type { PodApi } from '../../src/apply/pod-api.ts'
import type { ApiPod } from '../../src/fleet/index.ts'
import { KubeError } from '../../src/kube/index.ts'
import { DECISION_ANNOTATION } from '../../src/policy/index.ts'

interface Container {
  readonly name: string
  resources?: { readonly [kind in 'requests' | 'limits']?: Record<string, string> } | undefined
}

interface Restarting {
  readonly restartCount?: number
  readonly state?: { readonly running?: unknown }
}

/** A stored Pod. */
interface StoredPod {
  readonly metadata: { readonly resourceVersion: string; readonly annotations?: Record<string, string> }
  readonly spec: { readonly containers: Container[]; readonly initContainers?: Container[] }
  readonly status?: { readonly containerStatuses?: readonly Container[]; readonly [field: string]: unknown }
}

/** Thrown instead of an answer: the process has died. */
export class Killed extends Error {}

/**
 * An API server with one Pod, and its kubelet. It keeps resource versions, and can kill the process that calls it before or after a call
 * takes effect.
 */
export class ModelCluster implements PodApi {
  pod: StoredPod
  readonly calls: string[] = []
  /** Number of the call at which the process dies, and whether the call has taken effect by then. */
  kill: { readonly at: number; readonly afterEffect: boolean } | undefined
  /** Answer of the kubelet to the next resizes. */
  verdict: 'done' | 'Deferred' | 'Infeasible' = 'done'
  neighbours: readonly ApiPod[] = []
  refuse: KubeError | undefined
  /** Every spec that the Pod has had. */
  readonly history: unknown[] = []

  constructor(pod: ApiPod) {
    this.pod = structuredClone({ ...pod, metadata: { ...pod.metadata, resourceVersion: '1' } }) as unknown as StoredPod
    this.actuate()
  }

  async get(): Promise<ApiPod> {
    return this.#call('get', () => this.#read())
  }

  async ofNode(): Promise<readonly ApiPod[]> {
    return this.#call('list', () => [this.#read(), ...this.neighbours])
  }

  async record(pod: ApiPod, annotation: string | null): Promise<ApiPod> {
    return this.#call('record', () => {
      this.#assertCurrent(pod)
      const annotations = { ...this.pod.metadata.annotations }
      if (annotation === null) delete annotations[DECISION_ANNOTATION]
      else annotations[DECISION_ANNOTATION] = annotation
      this.#store({ ...this.pod, metadata: { ...this.pod.metadata, annotations } })
      return this.#read()
    })
  }

  async tryResize(): Promise<void> {
    return this.#call('dry run', () => {
      if (this.refuse) throw this.refuse
    })
  }

  async resize(pod: ApiPod, body: Parameters<PodApi['resize']>[1]): Promise<void> {
    return this.#call('resize', () => {
      this.#assertCurrent(pod)
      if (this.refuse) throw this.refuse
      const spec = structuredClone(this.pod.spec)
      for (const list of ['containers', 'initContainers'] as const)
        for (const { name, resources } of body[list] ?? []) {
          const container = spec[list]!.find((one) => one.name === name)!
          for (const kind of ['requests', 'limits'] as const)
            container.resources = {
              ...container.resources,
              [kind]: { ...container.resources?.[kind], ...resources[kind] },
            }
        }
      this.#store({ ...this.pod, spec })
    })
  }

  /** The kubelet looks at the Pod. */
  actuate(): void {
    const { spec, status = {} } = this.pod
    const isSame = (status.containerStatuses ?? []).every((one) => {
      const container = spec.containers.find(({ name }) => name === one.name)!
      return JSON.stringify(one.resources) === JSON.stringify(container.resources)
    })
    const conditions = [{ type: 'Ready', status: 'True' }]
    if (this.verdict !== 'done' && !isSame && status.containerStatuses) {
      const pending = { type: 'PodResizePending', status: 'True', reason: this.verdict, message: 'no room' }
      this.#store({
        ...this.pod,
        status: { ...status, conditions: [...conditions, { ...pending, lastTransitionTime: '2026-03-01T10:00:00Z' }] },
      })
      return
    }
    const statusOf = ({ name, resources }: Container) => ({
      ...{
        name,
        restartCount: 0,
        state: { running: { startedAt: '2026-02-01T00:00:00Z' } },
        resources: structuredClone(resources),
      },
      allocatedResources: structuredClone(resources?.requests ?? {}),
    })
    const containerStatuses = spec.containers.map(statusOf)
    const initContainerStatuses = (spec.initContainers ?? []).map(statusOf)
    this.#store({
      ...this.pod,
      status: { ...status, phase: 'Running', conditions, containerStatuses, initContainerStatuses },
    })
  }

  #read(): ApiPod {
    return structuredClone(this.pod) as ApiPod
  }

  /** A container ends, and waits for its next start. */
  stop(container: string): void {
    this.#setState(container, { state: { waiting: { reason: 'CrashLoopBackOff' } } })
  }

  /** A container starts, with the resources that the Pod has by now. */
  start(container: string, startedAt: string): void {
    const { resources } = this.pod.spec.containers.find(({ name }) => name === container)!
    const before = this.pod.status?.containerStatuses?.find(({ name }) => name === container) as Restarting | undefined
    const wasStopped = before?.state?.running === undefined
    const restartCount = (before?.restartCount ?? 0) + (wasStopped ? 1 : 0)
    this.#setState(container, {
      state: { running: { startedAt } },
      resources: structuredClone(resources),
      restartCount,
    })
  }

  /** A container is OOM-killed, and waits for its next start. */
  oomKill(container: string, finishedAt: string): void {
    const terminated = { reason: 'OOMKilled', exitCode: 137, finishedAt }
    this.#setState(container, { state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated } })
  }

  #setState(container: string, change: object): void {
    const containerStatuses = (this.pod.status?.containerStatuses ?? []).map((one) =>
      one.name === container ? { ...one, ...change } : one,
    )
    this.#store({ ...this.pod, status: { ...this.pod.status, containerStatuses } })
  }

  #store(pod: StoredPod): void {
    this.pod = { ...pod, metadata: { ...pod.metadata, resourceVersion: `${Number(pod.metadata.resourceVersion) + 1}` } }
    this.history.push(structuredClone(this.pod))
  }

  #assertCurrent(pod: ApiPod): void {
    if (pod.metadata?.resourceVersion !== this.pod.metadata.resourceVersion)
      throw new KubeError('Conflict', 'the object has been modified', { status: 409 })
  }

  #call<T>(what: string, effect: () => T): T {
    this.calls.push(what)
    const dies = this.kill?.at === this.calls.length
    if (dies && !this.kill!.afterEffect) throw new Killed()
    const answer = effect()
    if (dies) throw new Killed()
    return answer
  }
}
