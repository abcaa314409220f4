import type { KubernetesObject, LoadContext } from './context.ts'
import type { Load } from './load.ts'
import { jobName } from './names.ts'

/** Part of a Pod template that differs from load to load. */
export interface PodTemplate {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>>; readonly [field: string]: unknown }
  readonly spec: { readonly [field: string]: unknown }
}

/** Deletes what nobody read: the Experiment deletes its Jobs before. */
const KEPT_SECONDS = 3600

/** A Job that runs a Pod once. */
export function jobOf(load: Load, context: LoadContext, template: PodTemplate): KubernetesObject {
  const { deadlineSeconds } = context
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadataOf(jobName(load, context), context),
    spec: {
      ...{ backoffLimit: 0, activeDeadlineSeconds: deadlineSeconds, ttlSecondsAfterFinished: KEPT_SECONDS },
      template: {
        metadata: { ...template.metadata, labels: { ...template.metadata?.labels, ...podLabels(context) } },
        spec: { ...template.spec, restartPolicy: 'Never' },
      },
    },
  }
}

export function metadataOf(name: string, { namespace, labels, ownerReference }: LoadContext) {
  return { name, namespace, labels, ownerReferences: [ownerReference] }
}

/** Its Pods are not sized, and no mesh keeps them running after the load has ended. */
function podLabels({ labels }: LoadContext): Record<string, string> {
  return { ...labels, 'plimsoll.dev/inject': 'false', 'sidecar.istio.io/inject': 'false' }
}

/** Selects the Pods of a Job. */
export function podsOfJob(name: string): string {
  return `batch.kubernetes.io/job-name=${name}`
}

/** Fields of a Pod that runs a load of ours or a script: no rights in the cluster and none on the node. */
export const RESTRICTED_POD = {
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  terminationGracePeriodSeconds: 5,
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
} as const

export const RESTRICTED_CONTAINER = {
  // Where it fails without a message, the end of its log is the reason.
  terminationMessagePolicy: 'FallbackToLogsOnError',
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
} as const

/** Without a limit of CPU: a load generator that is throttled measures itself. */
export function resourcesOf(cpu: string, memory: string) {
  return { requests: { cpu, memory }, limits: { memory } }
}

/** An argument as its container gets it: without this, Kubernetes would replace `$(NAME)`. */
export function literally(argument: string): string {
  return argument.replaceAll('$', '$$$$')
}
