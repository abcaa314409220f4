// Argo Rollouts for tests: the CRD, and a simulation of how its controller restarts Pods.
import type { KubeClient, KubeObject, ResourceType } from '../../../src/kube/index.ts'
import { PODS } from '../../../src/kube/index.ts'
import type { ControlPlane } from '../harness/index.ts'
import { awaitServed } from './crds.ts'

const ROLLOUTS: ResourceType = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', plural: 'rollouts' }
const HASH = '5d9c7b'
const STRUCTURELESS = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }

const CRD = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'rollouts.argoproj.io' },
  spec: {
    group: 'argoproj.io',
    scope: 'Namespaced',
    names: { kind: 'Rollout', plural: 'rollouts', singular: 'rollout', shortNames: ['ro'] },
    versions: [
      {
        ...{ name: 'v1alpha1', served: true, storage: true, subresources: { status: {} } },
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: STRUCTURELESS, status: STRUCTURELESS } } },
      },
    ],
  },
}

interface Rollout extends KubeObject {
  readonly spec: { readonly replicas: number; readonly restartAt?: string }
  readonly status?: { readonly restartedAt?: string }
}
interface Pod extends KubeObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
}

/** Installs the CRD of Argo Rollouts. */
export async function installRollouts(cluster: ControlPlane): Promise<void> {
  await cluster.apply(CRD)
  await awaitServed(cluster, 'rollouts.argoproj.io')
}

export interface RolloutSpec {
  readonly namespace: string
  readonly name: string
  readonly replicas: number
  readonly strategy: object
  /** Pod spec. */
  readonly pod: object
}

/** A Rollout, and the ReplicaSet that its controller would create. The real ReplicaSet controller creates the Pods. */
export async function createRollout(cluster: ControlPlane, of: RolloutSpec): Promise<void> {
  const { namespace, name, replicas, strategy, pod } = of
  const labels = { app: name }
  const rollout = { apiVersion: ROLLOUTS.apiVersion, kind: ROLLOUTS.kind, metadata: { name, namespace } }
  const template = { metadata: { labels }, spec: pod }
  await cluster.apply({ ...rollout, spec: { replicas, strategy, selector: { matchLabels: labels }, template } })
  const { metadata } = (await cluster.read<Rollout>(
    `/apis/${ROLLOUTS.apiVersion}/namespaces/${namespace}/rollouts/${name}`,
  ))!
  const hashed = { ...labels, 'rollouts-pod-template-hash': HASH }
  const owner = { apiVersion: ROLLOUTS.apiVersion, kind: ROLLOUTS.kind, name, uid: metadata.uid, controller: true }
  await cluster.apply({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { namespace, name: `${name}-${HASH}`, labels: hashed, ownerReferences: [owner] },
    spec: { replicas, selector: { matchLabels: hashed }, template: { metadata: { labels: hashed }, spec: pod } },
  })
}

/**
 * Does for a Rollout what its controller does on `spec.restartAt`, one step at each call: while all Pods are ready, it deletes one that is
 * older; when none is left, it says so in `status.restartedAt`.
 */
export async function playRollout(
  client: KubeClient,
  { namespace, name }: Pick<RolloutSpec, 'namespace' | 'name'>,
): Promise<void> {
  const rollout = await client.get<Rollout>(ROLLOUTS, { namespace, name })
  const { replicas, restartAt } = rollout.spec
  const pods: Pod[] = []
  for await (const { items } of client.list<Pod>(PODS, { namespace, labelSelector: `app=${name}` })) pods.push(...items)
  const say = async (restartedAt: string | undefined) => {
    const status = {
      ...{ phase: 'Healthy', observedGeneration: String(rollout.metadata.generation), replicas: pods.length },
      ...{ currentPodHash: HASH, stableRS: HASH, restartedAt },
    }
    const object = { metadata: { namespace, name }, status } as unknown as KubeObject
    await client.apply(ROLLOUTS, object, { force: true, subresource: 'status' })
  }
  const { restartedAt } = rollout.status ?? {}
  await say(restartedAt)
  if (restartAt === undefined || restartAt === restartedAt) return
  const isReady = ({ status }: Pod) => status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True')
  if (pods.length !== replicas || !pods.every(isReady)) return
  const older = pods.find(({ metadata }) => Date.parse(String(metadata.creationTimestamp)) < Date.parse(restartAt))
  if (older) await client.delete(PODS, { namespace, name: older.metadata.name! })
  else await say(restartAt)
}
