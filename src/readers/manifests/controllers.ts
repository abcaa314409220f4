import { createHash } from 'node:crypto'
import { identifyWorkload, type OwnerReference, type RunRule, type Workload } from '../../workloads/index.ts'
import { withApiDefaults } from './api-defaults.ts'
import type { Manifest, ManifestKind, PodTemplate } from './manifest.ts'

interface PodMetadata {
  readonly name?: string
  readonly generateName?: string
  readonly namespace: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly ownerReferences?: readonly OwnerReference[]
  readonly finalizers?: readonly string[]
}

/** A Pod (core/v1) before it is sent to the API server. */
export interface NewPod {
  readonly apiVersion: 'v1'
  readonly kind: 'Pod'
  readonly metadata: PodMetadata
  readonly spec: PodTemplate['spec']
}

/** Facts that differ from one creation to the next. */
export interface Circumstances {
  readonly newUid: () => string
  /** Current time, Unix seconds, which is also the scheduled time of CronJobs. */
  readonly nowSeconds: number
}

/** User who creates the Pods of each kind, as in `userInfo.username` of an AdmissionReview. */
const CONTROLLERS: Readonly<Record<ManifestKind, string>> = {
  Deployment: 'system:serviceaccount:kube-system:replicaset-controller',
  ReplicaSet: 'system:serviceaccount:kube-system:replicaset-controller',
  Rollout: 'system:serviceaccount:argo-rollouts:argo-rollouts',
  StatefulSet: 'system:serviceaccount:kube-system:statefulset-controller',
  DaemonSet: 'system:serviceaccount:kube-system:daemon-set-controller',
  Job: 'system:serviceaccount:kube-system:job-controller',
  CronJob: 'system:serviceaccount:kube-system:job-controller',
  Pod: 'kubernetes-admin',
  ReplicationController: 'system:serviceaccount:kube-system:replication-controller',
  DeploymentConfig: 'system:serviceaccount:kube-system:replication-controller',
  CloneSet: 'system:serviceaccount:kruise-system:kruise-manager',
  'StatefulSet.apps.kruise.io': 'system:serviceaccount:kruise-system:kruise-manager',
  'DaemonSet.apps.kruise.io': 'system:serviceaccount:kruise-system:kruise-manager',
  'Service.serving.knative.dev': 'system:serviceaccount:kube-system:replicaset-controller',
}

export function creatorOf({ kind }: Manifest): string {
  return CONTROLLERS[kind]
}

/** The first Pod that the controller of this object would create, with the defaults of the API. */
export function podOf(manifest: Manifest, circumstances: Circumstances): NewPod {
  const { namespace, template } = manifest
  const { name, generateName, labels, ...others } = metadataOf(manifest, circumstances)
  const { labels: authorsLabels, annotations } = template.metadata ?? {}
  const allLabels = { ...authorsLabels, ...labels }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(name && { name }),
      ...(generateName && { generateName }),
      namespace,
      ...others,
      ...(Object.keys(allLabels).length > 0 && { labels: allLabels }),
      ...(annotations && { annotations }),
    },
    spec: withApiDefaults({ ...template.spec, ...specOf(manifest) }),
  }
}

/**
 * The workload of the Pods of an object, as webhook and learner name it; for a Job, which is learned only with a label, the Job itself.
 *
 * @param rules rules that recognize workloads whose owners live for one run; by default those that need no settings
 */
export function workloadOfManifest(manifest: Manifest, rules?: readonly RunRule[]): Workload {
  const { metadata } = podOf(manifest, { newUid: () => '', nowSeconds: 0 })
  const { namespace, kind, name } = manifest
  return identifyWorkload(metadata, rules) ?? { namespace, kind, name }
}

/** Metadata that the controller adds to that of the template. */
type Added = Omit<PodMetadata, 'namespace' | 'annotations'>

function metadataOf(manifest: Manifest, { newUid, nowSeconds }: Circumstances): Added {
  const { kind, name, template, owners } = manifest
  const owner = (apiVersion: string, ownerKind: string, ownerName: string, uid = newUid()) => ({
    generateName: `${ownerName}-`,
    ownerReferences: [
      { apiVersion, kind: ownerKind, name: ownerName, uid, controller: true, blockOwnerDeletion: true },
    ],
  })
  const job = (jobName: string): Added => {
    const uid = newUid()
    return {
      ...owner('batch/v1', 'Job', jobName, uid),
      labels: {
        'batch.kubernetes.io/controller-uid': uid,
        'batch.kubernetes.io/job-name': jobName,
        'controller-uid': uid,
        'job-name': jobName,
      },
      finalizers: ['batch.kubernetes.io/job-tracking'],
    }
  }
  const hash = templateHash(template)
  switch (kind) {
    case 'Deployment':
      return { ...owner('apps/v1', 'ReplicaSet', `${name}-${hash}`), labels: { 'pod-template-hash': hash } }
    case 'Rollout':
      return { ...owner('apps/v1', 'ReplicaSet', `${name}-${hash}`), labels: { 'rollouts-pod-template-hash': hash } }
    case 'ReplicaSet':
      return owner('apps/v1', kind, name)
    case 'StatefulSet':
      return {
        ...owner('apps/v1', kind, name),
        name: `${name}-0`,
        labels: {
          'apps.kubernetes.io/pod-index': '0',
          'controller-revision-hash': `${name}-${hash}`,
          'statefulset.kubernetes.io/pod-name': `${name}-0`,
        },
      }
    case 'DaemonSet':
      return {
        ...owner('apps/v1', kind, name),
        labels: { 'controller-revision-hash': hash, 'pod-template-generation': '1' },
      }
    case 'Job':
      return job(name)
    case 'CronJob':
      return job(`${name}-${Math.floor(nowSeconds / 60)}`)
    case 'Pod':
      return { name, ...(owners && { ownerReferences: owners }) }
    case 'ReplicationController':
      return owner('v1', kind, name)
    case 'DeploymentConfig': {
      const rollout = `${name}-1`
      return {
        ...owner('v1', 'ReplicationController', rollout),
        labels: { deployment: rollout, deploymentconfig: name },
      }
    }
    case 'CloneSet':
      return owner('apps.kruise.io/v1alpha1', kind, name)
    case 'StatefulSet.apps.kruise.io':
      return { ...owner('apps.kruise.io/v1beta1', 'StatefulSet', name), name: `${name}-0` }
    case 'DaemonSet.apps.kruise.io':
      return owner('apps.kruise.io/v1alpha1', 'DaemonSet', name)
    case 'Service.serving.knative.dev': {
      const revision = `${name}-00001`
      return {
        ...owner('apps/v1', 'ReplicaSet', `${revision}-deployment-${hash}`),
        labels: {
          'pod-template-hash': hash,
          'serving.knative.dev/configuration': name,
          'serving.knative.dev/revision': revision,
          'serving.knative.dev/service': name,
        },
      }
    }
  }
}

function specOf({ kind, name, serviceName, volumeClaims = [], template }: Manifest): Partial<PodTemplate['spec']> {
  if (kind !== 'StatefulSet') return {}
  const volumes = Array.isArray(template.spec.volumes) ? template.spec.volumes : []
  const claimed = volumeClaims.map((claim) => {
    return { name: claim, persistentVolumeClaim: { claimName: `${claim}-${name}-0` } }
  })
  return {
    hostname: `${name}-0`,
    ...(serviceName && { subdomain: serviceName }),
    ...(claimed.length > 0 && { volumes: [...volumes, ...claimed] }),
  }
}

/** Letters that replace decimal digits in a hash, as in `SafeEncodeString` of apimachinery. */
const SAFE_DIGITS = '456789bcdf'

/** A stable hash that looks like the Deployment controller's, which hashes a Go structure. */
function templateHash(template: PodTemplate): string {
  const digest = createHash('sha256').update(JSON.stringify(template)).digest()
  return String(digest.readUInt32BE()).replaceAll(/\d/g, (digit) => SAFE_DIGITS[Number(digit)]!)
}
