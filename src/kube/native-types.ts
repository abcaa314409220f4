// Types of Kubernetes itself, its metrics-server and its VPA that Plimsoll reads.
import type { ResourceType } from './resource.ts'

const core = (kind: string, plural: string): ResourceType => ({ apiVersion: 'v1', kind, plural })

export const CONFIG_MAPS = core('ConfigMap', 'configmaps')
export const LIMIT_RANGES = core('LimitRange', 'limitranges')
export const NAMESPACES = core('Namespace', 'namespaces')
export const NODES = core('Node', 'nodes')
export const PODS = core('Pod', 'pods')
export const VOLUMES = core('PersistentVolume', 'persistentvolumes')
export const QUOTAS = core('ResourceQuota', 'resourcequotas')
export const SECRETS = core('Secret', 'secrets')
export const SERVICES = core('Service', 'services')

const apps = (kind: string, plural: string): ResourceType => ({ apiVersion: 'apps/v1', kind, plural })

export const DEPLOYMENTS = apps('Deployment', 'deployments')
export const STATEFUL_SETS = apps('StatefulSet', 'statefulsets')
export const JOBS: ResourceType = { apiVersion: 'batch/v1', kind: 'Job', plural: 'jobs' }
export const CRDS: ResourceType = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
}
export const HPAS: ResourceType = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
}
export const BUDGETS: ResourceType = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
}
/** Source: https://karpenter.sh/docs/concepts/nodepools. */
export const NODE_POOLS: ResourceType = { apiVersion: 'karpenter.sh/v1', kind: 'NodePool', plural: 'nodepools' }
export const WEBHOOK_CONFIGURATIONS: ResourceType = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingWebhookConfiguration',
  plural: 'mutatingwebhookconfigurations',
}
export const VALIDATING_WEBHOOKS: ResourceType = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  plural: 'validatingwebhookconfigurations',
}
export const ADMISSION_POLICIES: ResourceType = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
}
/** Source: https://github.com/kubernetes/metrics, v1beta1. */
export const POD_METRICS: ResourceType = { apiVersion: 'metrics.k8s.io/v1beta1', kind: 'PodMetrics', plural: 'pods' }
export const ACCESS_REVIEWS: ResourceType = {
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
}
export const VPAS: ResourceType = {
  apiVersion: 'autoscaling.k8s.io/v1',
  kind: 'VerticalPodAutoscaler',
  plural: 'verticalpodautoscalers',
}
export const SELF_ACCESS_REVIEWS: ResourceType = {
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'SelfSubjectAccessReview',
  plural: 'selfsubjectaccessreviews',
}
export const TOKEN_REVIEWS: ResourceType = {
  apiVersion: 'authentication.k8s.io/v1',
  kind: 'TokenReview',
  plural: 'tokenreviews',
}
