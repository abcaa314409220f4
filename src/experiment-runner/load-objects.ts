import { EXPERIMENTS, type ExperimentLoad } from '../api/index.ts'
import {
  CONFIG_MAPS,
  JOBS,
  type KubeClient,
  KubeError,
  type KubeObject,
  listAll,
  PODS,
  type ResourceType,
  unlessMissing,
} from '../kube/index.ts'
import {
  type KubernetesObject,
  type LoadContext,
  LoadError,
  type LoadObject,
  type LoadObjects,
  type LoadPod,
  loadManifests,
  loadResult,
  loadSource,
  sendingTime,
} from '../load/index.ts'
import type { ExperimentObject } from './objects.ts'
import type { ObservedLoad } from './observed.ts'
import { loadDeadlineSeconds } from './times.ts'

export interface LoadSettings {
  /** Plimsoll's own image, which has the built-in load generator. */
  readonly image: string
  /** Images of k6 and Locust, where they are not the usual ones. */
  readonly images?: LoadContext['images']
}

export interface LoadOfTrial {
  readonly experiment: ExperimentObject
  readonly load: ExperimentLoad
  readonly trial: number
  readonly hopeless?: LoadContext['hopeless']
}

const EXPERIMENT = 'plimsoll.dev/experiment-uid'
const TRIAL = 'plimsoll.dev/trial'
const LOAD = 'plimsoll.dev/load'

const TEST_RUNS: ResourceType = { apiVersion: 'k6.io/v1alpha1', kind: 'TestRun', plural: 'testruns' }
const TYPES: Readonly<Record<string, ResourceType>> = { Job: JOBS, ConfigMap: CONFIG_MAPS, TestRun: TEST_RUNS }

/** What a load is made with; what `loadSource` asks for is not in it. */
export function contextOf(
  { image, images }: LoadSettings,
  { experiment, load, trial, hopeless }: LoadOfTrial,
): LoadContext {
  const { name, namespace, uid } = experiment.metadata
  return {
    ...{ experiment: name, trial, namespace, image, deadlineSeconds: loadDeadlineSeconds(load) },
    ...(images && { images }),
    ...(hopeless && { hopeless }),
    ownerReference: { apiVersion: EXPERIMENTS.apiVersion, kind: EXPERIMENTS.kind, name, uid },
    labels: { [EXPERIMENT]: uid, [TRIAL]: `${trial}`, [LOAD]: load.name },
  }
}

/** Creates the objects of a load. Those that a process created before it died are kept. */
export async function createLoad(
  client: KubeClient,
  settings: LoadSettings,
  of: LoadOfTrial,
  signal: AbortSignal,
): Promise<void> {
  const { objects } = loadManifests(of.load, await withSource(client, settings, of, signal))
  for (const object of objects) {
    await client.create(typeOf(object), object as KubeObject, { signal, urgent: true }).catch((error) => {
      if (!(error instanceof KubeError && error.reason === 'AlreadyExists')) throw error
    })
  }
}

/** Deletes the objects of a load, with their Pods. */
export async function deleteLoad(
  client: KubeClient,
  { experiment, load, trial }: { readonly experiment: ExperimentObject; readonly load: string; readonly trial: number },
  signal: AbortSignal,
): Promise<void> {
  for (const { type, object } of await objectsOf(client, experiment, signal)) {
    const labels = labelsOf(object)
    if (labels[TRIAL] !== `${trial}` || labels[LOAD] !== load) continue
    const { namespace, name = '', uid } = object.metadata
    await client
      .delete(type, { namespace, name, uid }, { signal, urgent: true, propagation: 'Background' })
      .catch(unlessMissing)
  }
}

/** The loads of an experiment that exist. */
export async function observeLoads(
  client: KubeClient,
  settings: LoadSettings,
  experiment: ExperimentObject,
  signal: AbortSignal,
): Promise<ObservedLoad[]> {
  const { current, phase } = experiment.status ?? {}
  const objects = await objectsOf(client, experiment, signal)
  const keys = new Map(objects.map(({ object }) => [keyOf(object), labelsOf(object)]))
  const isRunning = phase === 'Running' && current?.stage === 'loading'
  const load = isRunning ? experiment.spec.loads[current.load ?? 0] : undefined
  const own = load && `${current!.number} ${load.name}`
  const others = [...keys].flatMap(([key, labels]) =>
    key === own ? [] : { trial: Number(labels[TRIAL]), load: labels[LOAD] ?? '', result: { kind: 'running' } as const },
  )
  // What it needs may be missing until all of its objects were created.
  if (!load || !keys.has(own!)) return others
  const of = { experiment, load, trial: current!.number }
  const manifests = await manifestsOf(client, settings, of, signal)
  if ('refused' in manifests)
    return [{ trial: of.trial, load: load.name, result: { kind: 'failed', reason: manifests.refused } }, ...others]
  const { objects: made, podSelector } = manifests
  const last = made.at(-1)!
  const found = objects.find(({ object }) => object.kind === last.kind && object.metadata.name === last.metadata.name)
  if (!found) return others
  const { namespace } = experiment.metadata
  const pods = await listAll(client, PODS, { namespace, labelSelector: podSelector, signal })
  const result = loadResult(found.object as unknown as LoadObject, pods as unknown as LoadPod[])
  const sent = sendingTime(pods as unknown as LoadPod[])
  return [{ trial: of.trial, load: load.name, result, sent }, ...others]
}

/** What a load is made of; why it cannot be made, where what it refers to is gone. */
async function manifestsOf(
  client: KubeClient,
  settings: LoadSettings,
  of: LoadOfTrial,
  signal: AbortSignal,
): Promise<LoadObjects | { readonly refused: string }> {
  const context = await withSource(client, settings, of, signal)
  try {
    return loadManifests(of.load, context)
  } catch (error) {
    if (error instanceof LoadError) return { refused: error.message }
    throw error
  }
}

async function withSource(client: KubeClient, settings: LoadSettings, of: LoadOfTrial, signal: AbortSignal) {
  const context = contextOf(settings, of)
  const source = loadSource(of.load)
  if (!source) return context
  const name = { namespace: context.namespace, name: source.name }
  const object = await client.get(TEST_RUNS, name, { signal }).catch(unlessMissing)
  return object ? { ...context, source: object as unknown as KubernetesObject } : context
}

async function objectsOf(
  client: KubeClient,
  { metadata: { namespace, uid }, spec }: ExperimentObject,
  signal: AbortSignal,
) {
  const types = [JOBS, CONFIG_MAPS, ...(spec.loads.some(({ testRun }) => testRun) ? [TEST_RUNS] : [])]
  const found: { type: ResourceType; object: KubeObject }[] = []
  // One that is being deleted is as good as gone.
  for (const type of types)
    for (const object of await listOf(client, type, { namespace, labelSelector: `${EXPERIMENT}=${uid}` }, signal))
      if (object.metadata.deletionTimestamp === undefined && isOfTrial(object))
        found.push({ type, object: { ...object, kind: type.kind, apiVersion: type.apiVersion } })
  return found
}

/** All objects of a selection; none where the type is not served, because the k6 operator is not installed. */
async function listOf(
  client: KubeClient,
  type: ResourceType,
  selection: { readonly namespace: string; readonly labelSelector: string },
  signal: AbortSignal,
): Promise<KubeObject[]> {
  return (await listAll(client, type, { ...selection, signal }).catch(unlessMissing)) ?? []
}

function labelsOf({ metadata }: KubeObject): Readonly<Record<string, string>> {
  return (metadata.labels as Record<string, string> | undefined) ?? {}
}

/** Whether an object has the labels of a load: others with the label of the experiment are not Plimsoll's. */
function isOfTrial(object: KubeObject): boolean {
  const { [TRIAL]: trial = '', [LOAD]: load } = labelsOf(object)
  return /^\d+$/.test(trial) && load !== undefined
}

function keyOf(object: KubeObject): string {
  const labels = labelsOf(object)
  return `${labels[TRIAL]} ${labels[LOAD]}`
}

function typeOf({ kind, apiVersion }: KubernetesObject): ResourceType {
  return TYPES[kind] ?? { apiVersion, kind, plural: `${kind.toLowerCase()}s` }
}
