import type { ExperimentSpec, ExperimentStatus } from '../../src/api/index.ts'
import type { ExperimentApi, StepOf } from '../../src/experiment-runner/api.ts'
import type { ManagedFields } from '../../src/experiment-runner/managed-fields.ts'
import type { AutoscalerObject, ExperimentObject, TargetObject } from '../../src/experiment-runner/objects.ts'
import type { HeldLease, Observed } from '../../src/experiment-runner/observed.ts'
import type { RunningPod } from '../../src/experiment-runner/pods.ts'
import { FIELD_MANAGER } from '../../src/experiment-runner/step.ts'
import { KubeError } from '../../src/kube/index.ts'
import type { LoadResult } from '../../src/load/index.ts'
import { parseQuantity, toNumber } from '../../src/resources/index.ts'
import { NO_LIMIT_RULES } from '../../src/sizing/limit-range.ts'

/** Thrown in place of an answer: the process has died. */
export class Killed extends Error {}

type Mutable = Record<string, unknown>

export const NAMESPACE = 'staging'
export const START = Date.parse('2026-03-01T10:00:00Z')

export function experimentNamed(
  name: string,
  spec: Partial<ExperimentSpec> = {},
  uid = `uid-${name}`,
): ExperimentObject {
  return {
    metadata: {
      ...{ name, namespace: NAMESPACE, uid, resourceVersion: '1', generation: 1 },
      creationTimestamp: '2026-03-01T09:59:00Z',
    },
    spec: {
      target: 'deployment/web',
      loads: [{ name: 'normal', http: { url: 'http://web', rate: 10 }, duration: '10s', warmUp: '1s' }],
      limits: { latency: { below: '100ms' } },
      vary: { memory: { fixed: true } },
      maxTrials: 4,
      ...spec,
    },
  }
}

/** Who owns the fields of what somebody has applied, before any experiment. */
const OWNED_BY_AUTHOR: readonly ManagedFields[] = [
  { manager: 'helm', operation: 'Apply', time: '2026-03-01T09:00:00Z', fieldsV1: { 'f:spec': {} } },
]

/** The owners after a write, which takes fields over from them. */
function ownedAfter(before: readonly ManagedFields[] = [], writer: ManagedFields): ManagedFields[] {
  const others = before.filter(({ manager }) => manager !== writer.manager)
  return [...others.map((one) => ({ ...one, fieldsV1: {} })), { operation: 'Update', ...writer }]
}

export function workload(kind: 'Deployment' | 'StatefulSet' = 'Deployment', name = 'web'): TargetObject {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: {
      ...{ name, namespace: NAMESPACE, uid: `uid-of-${name}`, resourceVersion: '1', generation: 1 },
      ...{ labels: { app: name }, annotations: { team: 'shop' } },
      managedFields: OWNED_BY_AUTHOR,
    },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          containers: [
            {
              name: 'app',
              image: 'web:1',
              resources: { requests: { cpu: '1', memory: '256Mi' }, limits: { memory: '512Mi' } },
              env: [{ name: 'LOG', value: 'info' }],
            },
          ],
        },
      },
    } as never,
    status: { observedGeneration: 1 },
  }
}

/**
 * An API server with Experiments, their targets and loads, and the controllers behind it. It keeps resource versions, and can kill the
 * process that calls it before or after a call takes effect.
 */
export class ModelCluster implements ExperimentApi {
  experiments = new Map<string, ExperimentObject>()
  targets = new Map<string, TargetObject>()
  autoscalers: AutoscalerObject[] = []
  lease: HeldLease | undefined
  loads: { experiment: string; trial: number; load: string; turns: number }[] = []
  labels: Record<string, string> = { 'plimsoll.dev/experiments': 'allowed' }
  isTerminating = false
  now = START
  readonly calls: string[] = []
  /** Number of the call at which the process dies, and whether the call has taken effect by then. */
  kill: { readonly at: number; readonly afterEffect: boolean } | undefined
  isDead = false
  /** The result of a load, by the CPU of the container. */
  resultOf: (cpuCores: number, trial: number) => LoadResult = (cpuCores) => finished(40 / cpuCores)
  /** What Pods look like; ready by default. */
  podOf: (cpuCores: number, index: number) => RunningPod = () => readyPod()
  /** Pods that have ended, and are still there as objects. */
  remains: readonly RunningPod[] = []
  refusePatch: KubeError | undefined
  refuseReturn: KubeError | undefined
  /** What an admission webhook or a validation says to a target as it would be stored. */
  admit: (spec: TargetObject['spec']) => KubeError | undefined = () => undefined
  /** What every target was, after each write. */
  readonly history: TargetObject[] = []
  /** Called after each write. */
  onWrite: (what: string) => void = () => {}
  #pods = new Map<string, number>()

  constructor(...experiments: readonly ExperimentObject[]) {
    for (const one of experiments) this.experiments.set(one.metadata.name, copyOf(one))
    this.targets.set('web', workload())
    this.#pods.set('web', 2)
  }

  experiment(name = 'try'): ExperimentObject {
    return this.experiments.get(name)!
  }

  target(name = 'web'): TargetObject {
    return this.targets.get(name)!
  }

  /** Controllers, kubelets and loads advance; time passes. */
  actuate(seconds = 5): void {
    this.now += seconds * 1000
    for (const load of this.loads) load.turns++
    for (const [name, target] of this.targets) {
      this.#pods.set(name, target.spec.replicas ?? 1)
      const { generation = 0 } = target.metadata
      this.targets.set(name, { ...target, status: { ...target.status, observedGeneration: generation } })
    }
    for (const [name, { metadata }] of this.experiments)
      if (metadata.deletionTimestamp !== undefined && !metadata.finalizers?.length) this.experiments.delete(name)
  }

  /** Somebody deletes an Experiment. */
  remove(name = 'try'): void {
    const one = this.experiment(name)
    const metadata = { ...one.metadata, deletionTimestamp: new Date(this.now).toISOString() }
    this.experiments.set(name, { ...one, metadata })
  }

  /** Somebody changes a target. */
  edit(
    change: (spec: { replicas?: number; template: { spec: { containers: Mutable[] } } }) => void,
    name = 'web',
  ): void {
    const target = copyOf(this.target(name))
    change(target.spec as never)
    const managedFields = ownedAfter(target.metadata.managedFields, {
      ...{ manager: 'kubectl-edit', time: '2026-03-01T10:05:00Z' },
    })
    this.#storeTarget(name, { ...target, metadata: { ...target.metadata, managedFields } })
  }

  /** Experiments as a watch has brought them. */
  known(): readonly ExperimentObject[] {
    return copyOf([...this.experiments.values()])
  }

  async observe(
    { name }: { readonly namespace: string; readonly name: string },
    others: readonly ExperimentObject[],
  ): Promise<Observed | undefined> {
    return this.#call('observe', () => {
      const experiment = copyOf(this.experiments.get(name))
      if (!experiment) return undefined
      const { current } = experiment.status ?? {}
      const target = this.targets.get('web')
      const cpu = target ? cpuOf(target) : 0
      const pods = target
        ? Array.from({ length: this.#pods.get('web') ?? 0 }, (_, index) => this.podOf(cpu, index))
        : []
      const loads = this.loads
        .filter((load) => load.experiment === name)
        .map(({ trial, load, turns }) => ({
          ...{ trial, load },
          result:
            trial === current?.number && turns > 1 ? this.resultOf(cpu, trial) : ({ kind: 'running' } as LoadResult),
        }))
      return copyOf({
        ...{ experiment, others, namespace: { labels: this.labels, isTerminating: this.isTerminating } },
        ...{
          targets: [{ object: target, pods: [...this.remains, ...pods] }],
          autoscalers: this.autoscalers,
          verticalAutoscalers: [],
        },
        ...{ lease: this.lease, rules: NO_LIMIT_RULES, loads },
      })
    })
  }

  async writeStatus(experiment: ExperimentObject, status: ExperimentStatus): Promise<void> {
    this.#call('status', () => this.#storeExperiment(experiment, { status: copyOf(status) }))
  }

  async setFinalizers(experiment: ExperimentObject, finalizers: readonly string[]): Promise<void> {
    this.#call('finalizers', () =>
      this.#storeExperiment(experiment, {
        metadata: { ...this.experiment(experiment.metadata.name).metadata, finalizers: [...finalizers] },
      }),
    )
  }

  async takeLease({ lease }: Observed, holder: string): Promise<void> {
    this.#call('take lease', () => {
      if (lease?.resourceVersion !== this.lease?.resourceVersion) throw conflict()
      const resourceVersion = `${Number(this.lease?.resourceVersion ?? 0) + 1}`
      this.lease = { holder, renewedAt: this.now, resourceVersion }
    })
  }

  async releaseLease(): Promise<void> {
    this.#call('release lease', () => {
      this.lease = undefined
    })
  }

  async patchTarget(_: string, { target: { name }, resourceVersion, body }: StepOf<'patch target'>): Promise<void> {
    this.#call('patch target', () => {
      const target = this.targets.get(name)
      if (!target) throw new KubeError('NotFound', name, { status: 404 })
      if (target.metadata.resourceVersion !== resourceVersion) throw conflict()
      if (this.refusePatch) throw this.refusePatch
      const spec = copyOf(target.spec) as unknown as Mutable
      strategicMerge(spec, body.spec as Mutable)
      const refused = this.admit(spec as never)
      if (refused) throw refused
      const managedFields = ownedAfter(target.metadata.managedFields, { manager: FIELD_MANAGER })
      this.#storeTarget(name, { ...target, metadata: { ...target.metadata, managedFields }, spec: spec as never })
    })
  }

  async patchAutoscaler(_: string, { name, behavior }: StepOf<'patch autoscaler'>): Promise<void> {
    this.#call('patch autoscaler', () => {
      this.autoscalers = this.autoscalers.map((one) => {
        if (one.metadata.name !== name) return one
        const spec = mergePatch(one.spec, { behavior }) as AutoscalerObject['spec']
        const managedFields = ownedAfter(one.metadata.managedFields, { manager: FIELD_MANAGER })
        return { ...one, metadata: { ...one.metadata, managedFields }, spec }
      })
    })
  }

  async returnFields(
    _: string,
    { kind, name, resourceVersion, managedFields }: StepOf<'return fields'>,
  ): Promise<void> {
    this.#call('return fields', () => {
      if (this.refuseReturn) throw this.refuseReturn
      if (kind === 'HorizontalPodAutoscaler') {
        this.autoscalers = this.autoscalers.map((one) =>
          one.metadata.name === name ? { ...one, metadata: { ...one.metadata, managedFields } } : one,
        )
        return
      }
      const target = this.target(name)
      if (target.metadata.resourceVersion !== resourceVersion) throw conflict()
      this.#storeTarget(name, { ...target, metadata: { ...target.metadata, managedFields } })
    })
  }

  async createLoad({ metadata }: ExperimentObject, { load, trial }: StepOf<'create load'>): Promise<void> {
    this.#call('create load', () => {
      const isThere = this.loads.some((one) => one.trial === trial && one.load === load.name)
      if (!isThere) this.loads.push({ experiment: metadata.name, trial, load: load.name, turns: 0 })
    })
  }

  async deleteLoad({ metadata }: ExperimentObject, { load, trial }: StepOf<'delete load'>): Promise<void> {
    this.#call('delete load', () => {
      this.loads = this.loads.filter(
        (one) => one.experiment !== metadata.name || one.trial !== trial || one.load !== load,
      )
    })
  }

  #storeTarget(name: string, target: TargetObject): void {
    const { metadata } = target
    const stored = {
      ...target,
      metadata: {
        ...metadata,
        resourceVersion: `${Number(metadata.resourceVersion) + 1}`,
        generation: (metadata.generation ?? 0) + 1,
      },
    }
    this.targets.set(name, stored)
    this.history.push(copyOf(stored))
  }

  #storeExperiment({ metadata: { name, resourceVersion } }: ExperimentObject, change: Partial<ExperimentObject>): void {
    const stored = this.experiment(name)
    if (stored.metadata.resourceVersion !== resourceVersion) throw conflict()
    const metadata = { ...stored.metadata, ...change.metadata, resourceVersion: `${Number(resourceVersion) + 1}` }
    this.experiments.set(name, { ...stored, ...change, metadata })
  }

  #call<T>(what: string, effect: () => T): T {
    if (this.isDead) throw new Killed()
    this.calls.push(what)
    const dies = this.kill?.at === this.calls.length
    if (dies) this.isDead = true
    if (dies && !this.kill!.afterEffect) throw new Killed()
    const answer = effect()
    if (what !== 'observe') this.onWrite(what)
    if (dies) throw new Killed()
    return answer
  }
}

export function withAutoscaler(kind: 'Deployment' | 'StatefulSet' = 'Deployment'): ModelCluster {
  const spec = { target: `${kind.toLowerCase()}/web`, pauseAutoscalers: true }
  const cluster = new ModelCluster(experimentNamed('try', spec as Partial<ExperimentSpec>))
  cluster.targets.set('web', workload(kind))
  const metadata = {
    name: 'web',
    namespace: 'staging',
    uid: 'uid-hpa',
    resourceVersion: '1',
    managedFields: OWNED_BY_AUTHOR,
  }
  const scaleTargetRef = { kind, name: 'web' }
  const behavior = { scaleDown: { stabilizationWindowSeconds: 60 } }
  cluster.autoscalers = [{ metadata, spec: { scaleTargetRef, minReplicas: 1, maxReplicas: 5, behavior } }]
  return cluster
}

export function finished(p95: number, more: Partial<LoadResult> = {}): LoadResult {
  const latencyMilliseconds = { p50: p95 / 2, p90: p95 * 0.9, p95, p99: p95 * 1.2, max: p95 * 2 }
  return {
    ...{ kind: 'finished', requests: 1000, failed: 0, scheduledPerSecond: 10, sentPerSecond: 10 },
    latencyMilliseconds,
    ...more,
  } as LoadResult
}

export function readyPod(): RunningPod {
  return {
    metadata: { name: 'web-1' },
    status: {
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [{ name: 'app', restartCount: 0, state: { running: {} } }],
    },
  } as RunningPod
}

export function cpuOf(target: TargetObject): number {
  const { requests } = target.spec.template.spec.containers[0]!.resources!
  return toNumber(parseQuantity(requests!.cpu)!)
}

/** As an API server stores and returns it: JSON. Much faster than `structuredClone`. */
function copyOf<T>(object: T): T {
  return JSON.parse(JSON.stringify(object))
}

function conflict(): KubeError {
  return new KubeError('Conflict', 'the object has been modified', { status: 409 })
}

function strategicMerge(into: Mutable, patch: Mutable): void {
  for (const [key, value] of Object.entries(patch)) {
    if (value === null || (key === 'value' && value === '')) delete into[key]
    else if ((key === 'containers' || key === 'env') && Array.isArray(value)) {
      into[key] ??= []
      const list = into[key] as Mutable[]
      for (const item of value as Mutable[]) {
        const index = list.findIndex(({ name }) => name === item.name)
        if (item.$patch === 'delete') list.splice(index, index < 0 ? 0 : 1)
        else if (index < 0) list.push(item)
        else strategicMerge(list[index]!, item)
      }
    } else if (typeof value === 'object' && !Array.isArray(value)) {
      into[key] ??= {}
      strategicMerge(into[key] as Mutable, value as Mutable)
    } else into[key] = value
  }
}

function mergePatch(into: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const result: Mutable = { ...(typeof into === 'object' ? into : {}) } as Mutable
  for (const [key, value] of Object.entries(patch))
    if (value === null) delete result[key]
    else result[key] = mergePatch(result[key], value)
  return result
}
