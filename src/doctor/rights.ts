import type { Settings } from '../config/index.ts'
import { WORKLOAD_TYPES } from '../workloads/index.ts'
import type { Right } from './facts.ts'

/** What the service account of webhook and learner must be allowed: as the chart's Role and ClusterRole grant it. */
export function requiredRights(namespace: string, registration: string, settings: Settings | undefined): Right[] {
  const { mode = 'existing', secretName = 'plimsoll-tls', caSecretName = 'plimsoll-ca' } = settings?.certificates ?? {}
  const rights = (group: string, resource: string, verbs: string, where: Partial<Right> = {}) =>
    verbs.split(' ').map((verb) => ({ verb, group, resource, ...where }))
  const own = (name: string) => ({ namespace, name })
  return [
    ...rights('plimsoll.dev', 'recommendations', 'list watch create patch delete'),
    ...rights('plimsoll.dev', 'recommendations/status', 'patch'),
    ...rights('plimsoll.dev', 'recommendationcheckpoints', 'list create patch delete'),
    ...rights('plimsoll.dev', 'recommendationcheckpoints/status', 'patch'),
    ...rights('plimsoll.dev', 'sizingpolicies', 'list watch'),
    ...rights('plimsoll.dev', 'sizingpolicies/status', 'patch'),
    ...['namespaces', 'pods', 'nodes', 'limitranges', 'resourcequotas'].flatMap((one) => rights('', one, 'list watch')),
    ...rights('autoscaling', 'horizontalpodautoscalers', 'list watch'),
    ...rights('autoscaling.k8s.io', 'verticalpodautoscalers', 'list watch'),
    ...(settings?.prometheus ? [] : rights('metrics.k8s.io', 'pods', 'list')),
    ...WORKLOAD_TYPES.flatMap(({ apiVersion, plural }) => rights(apiVersion.split('/')[0]!, plural, 'get')),
    ...rights('events.k8s.io', 'events', 'create patch'),
    ...rights('coordination.k8s.io', 'leases', 'get update', own('plimsoll-learner')),
    ...rights('', 'secrets', 'list watch', own(secretName)),
    ...(mode === 'self-managed'
      ? [
          ...rights('', 'secrets', 'get create patch', own(secretName)),
          ...rights('', 'secrets', 'get create patch', own(caSecretName)),
          ...rights('coordination.k8s.io', 'leases', 'get update', own('plimsoll-certificates')),
          ...rights('admissionregistration.k8s.io', 'mutatingwebhookconfigurations', 'get patch', {
            name: registration,
          }),
        ]
      : []),
  ]
}
