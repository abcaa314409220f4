import type { ResourceType } from '../../src/kube/index.ts'
import {
  type ApiObject,
  type Change,
  type ClusterState,
  type Learned,
  planMigration,
  planUndo,
  READERS,
  type Readiness,
  readWorkload,
  recordedObjects,
  type Tool,
} from '../../src/migrate/index.ts'
import { mergePatch, valueAt } from '../../src/migrate/plan/merge-patch.ts'
import { WORKLOAD_TYPES } from '../../src/workloads/index.ts'

export const READY: Readiness = { confidence: 0.8, days: 3, criticality: 'medium' }

/** A cluster in memory, which applies the changes of plans as an API server does. */
export class FakeCluster {
  readonly objects = new Map<string, ApiObject>()
  readonly learned = new Map<string, Learned>()
  #version = 0

  constructor(objects: readonly ApiObject[]) {
    for (const object of objects) this.put(object)
  }

  put(object: ApiObject): void {
    this.objects.set(keyOf(object), {
      ...stored(object),
      metadata: { ...stored(object).metadata, resourceVersion: String(++this.#version) },
    })
  }

  get(kind: string, namespace: string, name: string): ApiObject | undefined {
    return this.objects.get(`${kind} ${namespace}/${name}`)
  }

  learn(name: string, known: Learned = { confidence: 0.9, days: 14 }): void {
    this.learned.set(name, known)
  }

  state(): ClusterState {
    const of = (kind: string) => [...this.objects.values()].filter((object) => object.kind === kind)
    return {
      namespaces: new Map(of('Namespace').map((object) => [object.metadata.name!, object])),
      workloads: WORKLOAD_TYPES.filter(({ kind }) => kind !== 'Job').flatMap((type) =>
        of(type.kind).map((object) => readWorkload(type, object)),
      ),
      policies: of('SizingPolicy'),
      learned: this.learned,
      excluded: new Set(['kube-system', 'kube-node-lease', 'plimsoll']),
      vpas: of('VerticalPodAutoscaler'),
      attunePolicies: of('AttunePolicy'),
      deployments: of('Deployment'),
    }
  }

  plan(tool: Tool = 'vpa', readiness: Readiness = READY) {
    const state = this.state()
    return planMigration(tool, state, READERS[tool](state), readiness)
  }

  undo(tool: Tool = 'vpa') {
    const state = this.state()
    return planUndo(tool, state, recordedObjects(state))
  }

  /** Applies changes, and calls `after` after each of them. */
  apply(changes: readonly Change[], after: () => void = () => {}): void {
    for (const change of changes) {
      this.#applyOne(change)
      after()
    }
  }

  #applyOne(change: Change): void {
    switch (change.action) {
      case 'create':
        if (this.objects.has(keyOf(change.object))) throw new Error(`AlreadyExists: ${keyOf(change.object)}`)
        this.put(change.object)
        return
      case 'replace':
        this.put(change.object)
        return
      case 'delete':
        this.#remove(`${change.type.kind} ${change.namespace}/${change.name}`, change.mayGo)
        return
      case 'patch': {
        const key = `${change.type.kind} ${change.namespace ?? ''}/${change.name}`
        const object = this.objects.get(key)
        if (!object) throw new Error(`NotFound: ${key}`)
        if (!change.expects.every(({ path, value }) => valueAt(object, path) === value))
          throw new Error(`Conflict: ${key}`)
        this.put(mergePatch(object, change.patchOf(object)) as ApiObject)
      }
    }
  }

  #remove(key: string, mayGo: (object: ApiObject) => boolean): void {
    const object = this.objects.get(key)
    if (!object) throw new Error(`NotFound: ${key}`)
    if (!mayGo(object)) throw new Error(`Conflict: ${key}`)
    this.objects.delete(key)
  }

  /** All objects without their versions, to compare. */
  contents(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(
      [...this.objects].sort().map(([key, { metadata, ...object }]) => {
        const { resourceVersion: _, ...rest } = metadata
        return [key, { ...object, metadata: rest }]
      }),
    )
  }

  /** Whether VPAs change the Pods of a workload. */
  vpaActs(namespace: string, kind: string, name: string): boolean {
    return this.state().vpas.some(({ metadata, spec }) => {
      const { targetRef, updatePolicy } = (spec ?? {}) as {
        targetRef?: { kind?: string; name?: string }
        updatePolicy?: { updateMode?: string }
      }
      const isTarget = metadata.namespace === namespace && targetRef?.kind === kind && targetRef.name === name
      return isTarget && updatePolicy?.updateMode !== 'Off'
    })
  }

  /** Whether Plimsoll may change the Pods of a workload. */
  plimsollActs(namespace: string, kind: string, name: string): boolean {
    if (this.get('Namespace', '', namespace)?.metadata.labels?.['plimsoll.dev/mode'] !== 'auto') return false
    const isHeldBack = this.get('SizingPolicy', namespace, 'migrated-others') !== undefined
    return !isHeldBack || this.get('SizingPolicy', namespace, `migrated-${kind.toLowerCase()}-${name}`) !== undefined
  }
}

function keyOf({ kind, metadata: { namespace = '', name } }: ApiObject): string {
  return `${kind} ${namespace}/${name}`
}

/** As the API server stores an object: without empty labels and annotations. */
function stored(object: ApiObject): ApiObject {
  const { labels, annotations, ...metadata } = object.metadata
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(labels && Object.keys(labels).length > 0 && { labels }),
      ...(annotations && Object.keys(annotations).length > 0 && { annotations }),
    },
  }
}

export function namespace(name: string, labels: Record<string, string> = {}): ApiObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }
}

interface WorkloadOptions {
  readonly namespace?: string
  readonly containers?: readonly string[]
  readonly annotations?: Record<string, string>
  readonly labels?: Record<string, string>
}

/** A workload of a kind that Plimsoll sizes. */
export function workload(kind: string, name: string, options: WorkloadOptions = {}): ApiObject {
  const { namespace = 'shop', containers = ['app'], annotations, labels = { app: name } } = options
  const type = WORKLOAD_TYPES.find((one) => one.kind === kind) as ResourceType
  const template = {
    metadata: { labels, ...(annotations && { annotations }) },
    spec: { containers: containers.map((one) => ({ name: one, image: 'app:1' })) },
  }
  const spec =
    kind === 'CronJob'
      ? { schedule: '0 3 * * *', jobTemplate: { spec: { template } } }
      : { selector: { matchLabels: labels }, template }
  return { apiVersion: type.apiVersion, kind, metadata: { name, namespace }, spec }
}

/** A VPA of a workload. */
export function vpa(
  name: string,
  { kind = 'Deployment', target = name, namespace = 'shop', ...spec }: Record<string, unknown> = {},
): ApiObject {
  const apiVersion = ({ CronJob: 'batch/v1', Rollout: 'argoproj.io/v1alpha1' } as Record<string, string>)[
    kind as string
  ]
  return {
    apiVersion: 'autoscaling.k8s.io/v1',
    kind: 'VerticalPodAutoscaler',
    metadata: { name, namespace: namespace as string },
    spec: { targetRef: { apiVersion: apiVersion ?? 'apps/v1', kind, name: target }, ...spec },
  }
}

/** A VPA in a mode. */
export function inMode(updateMode: string, more: object = {}): Record<string, unknown> {
  return { updatePolicy: { updateMode, ...more } }
}
