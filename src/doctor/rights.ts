import { SLO_TYPES } from '../api/index.ts'
import type { Settings } from '../config/index.ts'
import { WORKLOAD_TYPES } from '../workloads/index.ts'
import type { Process, Right } from './facts.ts'

/** Rights that the service account of each process must have, as the chart's Roles and ClusterRoles grant them. */
export function requiredRights(
  namespace: string,
  registration: string,
  settings: Settings | undefined,
): Readonly<Record<Process, readonly Right[]>> {
  // Without the settings, check only the rights that every installation needs.
  const running = settings?.apply.running ?? 'never'
  const keepsScalePoint = running !== 'never' && settings?.autoscalers === 'keepScalePoint'
  const { mode = 'existing', secretName = 'plimsoll-tls', caSecretName = 'plimsoll-ca' } = settings?.certificates ?? {}
  const own = (name: string) => ({ namespace, name })
  return {
    webhook: [
      ...['recommendations', 'sizingpolicies'].flatMap((one) => rights('plimsoll.dev', one, 'list watch')),
      ...['limitranges', 'resourcequotas'].flatMap((one) => rights('', one, 'list watch')),
      ...(settings?.nodeClasses.enabled ? rights('', 'nodes', 'list watch') : []),
      ...rights('', 'secrets', 'list watch', own(secretName)),
    ],
    learner: [
      ...rights('plimsoll.dev', 'recommendations', 'list watch create patch delete'),
      ...rights('plimsoll.dev', 'recommendations/status', 'patch'),
      ...rights('plimsoll.dev', 'recommendationcheckpoints', 'list create patch delete'),
      ...rights('plimsoll.dev', 'recommendationcheckpoints/status', 'patch'),
      ...rights('plimsoll.dev', 'sizingpolicies', 'list watch'),
      ...rights('plimsoll.dev', 'sizingpolicies/status', 'patch'),
      ...['namespaces', 'pods', 'nodes'].flatMap((one) => rights('', one, 'list watch')),
      ...(settings?.nodesNeeded.enabled ? rights('', 'persistentvolumes', 'list') : []),
      ...rights('autoscaling', 'horizontalpodautoscalers', 'list watch'),
      ...rights('autoscaling.k8s.io', 'verticalpodautoscalers', 'list watch'),
      ...(keepsScalePoint ? rights('autoscaling', 'horizontalpodautoscalers', 'get patch') : []),
      ...(running === 'never' ? [] : RESIZING),
      ...(running === 'inPlaceOrRestart' ? RESTARTING : []),
      ...(settings?.slos.objects ?? [])
        .flatMap((kind) => SLO_TYPES[kind])
        .flatMap(({ apiVersion, plural }) => rights(apiVersion.split('/')[0]!, plural, 'list watch')),
      ...rights('*', '*/scale', 'get'),
      ...(settings?.prometheus ? [] : rights('metrics.k8s.io', 'pods', 'list')),
      ...WORKLOAD_TYPES.flatMap(({ apiVersion, plural }) => rights(apiVersion.split('/')[0]!, plural, 'get')),
      ...rights('events.k8s.io', 'events', 'create patch'),
      ...rights('coordination.k8s.io', 'leases', 'get update', own('plimsoll-learner')),
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
    ],
  }
}

/** A right for each verb of a resource. */
export function rights(group: string, resource: string, verbs: string, where: Partial<Right> = {}): readonly Right[] {
  return verbs.split(' ').map((verb) => ({ verb, group, resource, ...where }))
}

/** Without one of these, running Pods are not changed. */
const RESIZING: readonly Right[] = [
  ...rights('', 'pods', 'get patch', { for: 'resizing' }),
  ...rights('', 'pods/resize', 'patch', { for: 'resizing' }),
  ...['limitranges', 'resourcequotas'].flatMap((one) => rights('', one, 'list watch', { for: 'resizing' })),
]

/** Without one of these, Pods that must be restarted wait. */
const RESTARTING: readonly Right[] = [
  ...rights('', 'pods/eviction', 'create', { for: 'restarting' }),
  ...rights('apps', 'deployments', 'patch', { for: 'restarting' }),
  ...rights('argoproj.io', 'rollouts', 'patch', { for: 'restarting' }),
]

const READING: readonly string[] = ['get', 'list', 'watch']

/**
 * Rights that the webhook, which parses untrusted input, must not have: everything with which the learner changes something, and
 * everything that gives access to a Secret that is not the webhook's.
 */
export function harmfulRights(required: ReturnType<typeof requiredRights>): readonly Right[] {
  return required.learner.filter(({ verb, resource }) => !READING.includes(verb) || resource === 'secrets')
}
