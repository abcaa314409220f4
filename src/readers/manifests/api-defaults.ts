import type { PodTemplate } from './manifest.ts'

type PodSpec = PodTemplate['spec']
type Container = PodSpec['containers'][number]
type Resources = NonNullable<Container['resources']>

/**
 * A Pod's spec as the API server sends it to webhooks: with the defaults of the API (`SetDefaults_PodSpec` and related
 * functions) and of the admission plugins that are always on (ServiceAccount, Priority, DefaultTolerationSeconds). Left out are
 * the mounted service-account token and the defaults of ports, probes and volumes.
 *
 * Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/v1/defaults.go
 */
export function withApiDefaults(spec: PodSpec): PodSpec {
  const { initContainers, containers, tolerations, ...others } = spec
  const serviceAccountName = spec.serviceAccountName ?? 'default'
  return {
    ...(initContainers && { initContainers: initContainers.map(withContainerDefaults) }),
    containers: containers.map(withContainerDefaults),
    ...withMissing(others, POD_DEFAULTS),
    serviceAccountName,
    serviceAccount: serviceAccountName,
    tolerations: [...(Array.isArray(tolerations) ? tolerations : []), ...EVICTION_TOLERATIONS],
  }
}

const POD_DEFAULTS = {
  restartPolicy: 'Always',
  terminationGracePeriodSeconds: 30,
  dnsPolicy: 'ClusterFirst',
  securityContext: {},
  schedulerName: 'default-scheduler',
  priority: 0,
  enableServiceLinks: true,
  preemptionPolicy: 'PreemptLowerPriority',
}

/** Default tolerations: a Pod stays for 5 minutes on a node that is not ready or unreachable. */
const EVICTION_TOLERATIONS = ['not-ready', 'unreachable'].map((condition) => ({
  key: `node.kubernetes.io/${condition}`,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: 300,
}))

function withContainerDefaults(container: Container): Container {
  const image = String(container.image ?? '')
  const isLatest = image.endsWith(':latest') || !/[:@]/.test(image.slice(image.lastIndexOf('/') + 1))
  return withMissing(
    { ...container, resources: withRequestsOfLimits(container.resources) },
    {
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'File',
      imagePullPolicy: isLatest ? 'Always' : 'IfNotPresent',
    },
  )
}

/** Adds missing defaults after the existing fields, as in Kubernetes' own listings. */
function withMissing<T extends object>(value: T, defaults: Readonly<Record<string, unknown>>): T {
  const missing = Object.entries(defaults).filter(([name]) => !(name in value))
  return { ...value, ...Object.fromEntries(missing) }
}

/** Resources in which a missing request equals the limit. */
function withRequestsOfLimits(resources: Container['resources']): Resources {
  const limits = asStrings(resources?.limits)
  const requests = { ...limits, ...asStrings(resources?.requests) }
  return {
    ...resources,
    ...(Object.keys(limits).length > 0 && { limits }),
    ...(Object.keys(requests).length > 0 && { requests }),
  }
}

/** Quantities as strings, as in the API, because YAML reads `cpu: 2` as a number. */
function asStrings(quantities: Resources['limits']): Record<string, string> {
  return Object.fromEntries(Object.entries(quantities ?? {}).map(([name, value]) => [name, String(value)]))
}
