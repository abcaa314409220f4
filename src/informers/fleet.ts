import {
  type ApiPod,
  type ClusterInventory,
  type Fleet,
  type FleetPod,
  type Freezes,
  MODE_LABEL,
  readFleetPod,
  readFreeze,
  type Tenants,
} from '../fleet/index.ts'
import { type EventRecorder, type KubeObject, NAMESPACES, PODS, Reflector } from '../kube/index.ts'
import type { ReasonCode } from '../policy/index.ts'
import type { RunRule } from '../workloads/index.ts'
import type { InformerContext } from './context.ts'
import { followAutoscalers } from './inventory.ts'

interface LabelledNamespace {
  readonly name: string
  readonly uid: string | undefined
  readonly label: string | undefined
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

/** Keeps the fleet in sync with the cluster: watches the labelled namespaces, and only their Pods. */
export function followFleet(
  {
    client,
    events,
    logger,
    time,
    rules,
    keepsScalePoint,
    tenants,
  }: InformerContext & {
    readonly events: EventRecorder
    /** Rules that recognize workloads whose owners live for one run; by default those that need no settings. */
    readonly rules?: readonly RunRule[]
    /** Takes the labels of namespaces; undefined if nobody asks for tenants. */
    readonly tenants?: Pick<Tenants, 'set'>
  },
  fleet: Fleet,
  inventory: ClusterInventory,
  freezes: Freezes,
  signal: AbortSignal,
) {
  const pods = new Map<string, { readonly isSynced: () => boolean; readonly ending: AbortController }>()
  const labelled = new Map<string, LabelledNamespace>()

  const onUpsert = (namespace: LabelledNamespace) => {
    labelled.set(namespace.name, namespace)
    tenants?.set(namespace.name, namespace.labels)
    freezes.set(namespace.name, readFreeze(namespace.annotations, 'the namespace'))
    if (!fleet.setMode(namespace.name, namespace.label)) reportInvalidMode(namespace)
    if (fleet.modeOf(namespace.name) !== undefined && !pods.has(namespace.name)) watchPods(namespace.name)
  }
  const onDelete = ({ name }: Pick<LabelledNamespace, 'name'>) => {
    labelled.delete(name)
    freezes.set(name, undefined)
    tenants?.set(name, undefined)
    fleet.setMode(name, undefined)
    pods.get(name)?.ending.abort()
    pods.delete(name)
  }
  const reportInvalidMode = ({ name, uid, label }: LabelledNamespace) =>
    events.record({
      regarding: { apiVersion: 'v1', kind: 'Namespace', name, uid },
      type: 'Warning',
      reason: 'InvalidMode' satisfies ReasonCode,
      action: 'Observing',
      note: `The label ${MODE_LABEL}=${label} is not a mode; expected observe, approve or auto. The namespace is only observed, and nothing is injected.`,
    })

  const watchPods = (namespace: string) => {
    const ending = new AbortController()
    const reflector = new Reflector<KubeObject, FleetPod>({
      client,
      type: PODS,
      time,
      namespace,
      trim: (pod) => readFleetPod(pod as ApiPod, rules),
      onReplace: (all) => fleet.replacePods(namespace, all),
      onUpsert: (pod) => fleet.putPod(pod),
      onDelete: (pod) => fleet.deletePod(pod),
      onTrouble: (error, retryMilliseconds) => logger.warn({ error, retryMilliseconds, namespace }, 'watching Pods'),
    })
    const until = AbortSignal.any([signal, ending.signal])
    const autoscalers = followAutoscalers({ client, logger, time, keepsScalePoint }, inventory, namespace, until)
    pods.set(namespace, { isSynced: () => reflector.isSynced && autoscalers.isSynced(), ending })
    void reflector.run(until)
  }

  const namespaces = new Reflector<KubeObject, LabelledNamespace>({
    client,
    type: NAMESPACES,
    time,
    labelSelector: MODE_LABEL,
    trim: readNamespace,
    onReplace: (all) => {
      const names = new Set(all.map(({ name }) => name))
      for (const name of labelled.keys()) if (!names.has(name)) onDelete({ name })
      for (const namespace of all) onUpsert(namespace)
    },
    onUpsert,
    onDelete,
    onTrouble: (error, retryMilliseconds) => logger.warn({ error, retryMilliseconds }, 'watching namespaces'),
  })
  return {
    done: namespaces.run(signal),
    isSynced: () => namespaces.isSynced && [...pods.values()].every(({ isSynced }) => isSynced()),
  }
}

function readNamespace({ metadata }: KubeObject): LabelledNamespace {
  const { labels, annotations } = metadata as { readonly [map in 'labels' | 'annotations']?: Record<string, string> }
  return {
    ...{ name: metadata.name ?? '', uid: metadata.uid, label: labels?.[MODE_LABEL] },
    ...{ labels: labels ?? {}, annotations: annotations ?? {} },
  }
}

/** Keeps the freeze of the whole cluster in sync, which is an annotation of Plimsoll's own namespace. */
export function followClusterFreeze({ client, logger, time }: InformerContext, ownNamespace: string, freezes: Freezes) {
  const set = ({ annotations }: LabelledNamespace) => freezes.setCluster(readFreeze(annotations, 'the cluster'))
  return new Reflector<KubeObject, LabelledNamespace>({
    client,
    type: NAMESPACES,
    time,
    fieldSelector: `metadata.name=${ownNamespace}`,
    trim: readNamespace,
    onReplace: (all) => (all[0] ? set(all[0]) : freezes.setCluster(undefined)),
    onUpsert: set,
    onDelete: () => freezes.setCluster(undefined),
    onTrouble: (error, retryMilliseconds) => logger.warn({ error, retryMilliseconds }, "watching Plimsoll's namespace"),
  })
}
