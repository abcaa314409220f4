import type { LabelSelector } from '../api/index.ts'
import { MIRROR_ANNOTATION, type Pod, readContainers } from '../policy/index.ts'
import { controllerOf, identifyWorkload, type RunRule, workloadKey } from '../workloads/index.ts'
import { type ClusterAutoscaler, readClusterAutoscaler } from './autoscaler.ts'
import type { ClusterPod, NodeTerm, PodRule, Toleration } from './cluster.ts'
import { readEviction } from './eviction.ts'
import { readQuantities } from './quantities.ts'

/** The fields of core/v1 Pod that are read. The API server has checked their types. */
export type ApiPodOnNode = Pod & {
  readonly metadata?: {
    readonly name?: string
    readonly namespace?: string
    readonly ownerReferences?: readonly {
      readonly kind: string
      readonly name: string
      readonly controller?: boolean
    }[]
  } | null
  readonly spec?: {
    readonly nodeName?: string | null
    readonly nodeSelector?: Readonly<Record<string, string>>
    readonly tolerations?: readonly Toleration[]
    readonly affinity?: {
      readonly nodeAffinity?: { readonly [REQUIRED]?: { readonly nodeSelectorTerms?: readonly NodeTerm[] } }
      readonly podAffinity?: { readonly [REQUIRED]?: readonly ApiPodTerm[] }
      readonly podAntiAffinity?: { readonly [REQUIRED]?: readonly ApiPodTerm[] }
    } | null
    readonly topologySpreadConstraints?: readonly ApiSpread[]
    readonly volumes?: readonly ({
      readonly persistentVolumeClaim?: { readonly claimName?: string }
    } & Parameters<typeof readEviction>[1][number])[]
  } | null
  readonly status?: { readonly phase?: string }
}

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution'

interface ApiPodTerm {
  readonly topologyKey: string
  readonly labelSelector?: LabelSelector
  readonly namespaces?: readonly string[]
  readonly namespaceSelector?: LabelSelector
  readonly matchLabelKeys?: readonly string[]
}

interface ApiSpread {
  readonly topologyKey: string
  readonly labelSelector?: LabelSelector
  readonly maxSkew: number
  readonly minDomains?: number
  readonly whenUnsatisfiable?: string
  readonly matchLabelKeys?: readonly string[]
}

/** Node terms of the volume behind each claim, by `namespace/claim`: where the volume can be attached. */
export type VolumeTerms = ReadonlyMap<string, readonly NodeTerm[]>

export interface PodReading {
  readonly volumes: VolumeTerms
  /** How to recognize what repeats from run to run; by default without settings. */
  readonly rules?: readonly RunRule[] | undefined
}

/** Reads a Pod; undefined if it has ended. */
export function readPod(
  pod: ApiPodOnNode,
  { volumes, rules }: PodReading,
  onProblem: (line: string) => void,
): ClusterPod | undefined {
  const { name = '', namespace = '', labels, annotations, ownerReferences = [] } = pod.metadata ?? {}
  if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return undefined
  const where = `Pod ${namespace}/${name}`
  const invalid = (of: string) => (resource: string, text: string) =>
    onProblem(`${where}, ${of}: ${resource} is "${text}", which is not a quantity: it counts as 0.`)
  const owner = controllerOf(ownerReferences)
  const { affinity, nodeSelector, tolerations = [], topologySpreadConstraints = [], nodeName } = pod.spec ?? {}
  const daemonSet = owner?.kind === 'DaemonSet' ? `${namespace}/${owner.name}` : undefined
  const workload = identifyWorkload({ namespace, name, labels, annotations, ownerReferences }, rules)
  return {
    workload: workload && workloadKey(workload),
    ...{ namespace, name, daemonSet, tolerations, labels: labels ?? {} },
    node: nodeName ?? undefined,
    isStatic: annotations?.[MIRROR_ANNOTATION] !== undefined,
    containers: readContainers(pod).map(({ name: container, kind, container: { resources } }) => {
      const onInvalid = invalid(`container ${container}`)
      const limits = readQuantities(resources?.limits, onInvalid)
      return { name: container, kind, requests: { ...limits, ...readQuantities(resources?.requests, onInvalid) } }
    }),
    overhead: readQuantities(pod.spec?.overhead, invalid('overhead')),
    nodeTerms: [
      ...termsOfSelector(nodeSelector),
      ...termsOfAffinity(affinity?.nodeAffinity?.[REQUIRED]?.nodeSelectorTerms, daemonSet !== undefined),
      ...(pod.spec?.volumes ?? []).flatMap(({ persistentVolumeClaim }) => {
        const terms = persistentVolumeClaim && volumes.get(`${namespace}/${persistentVolumeClaim.claimName}`)
        return terms ? [terms] : []
      }),
    ],
    rules: [
      ...(affinity?.podAntiAffinity?.[REQUIRED] ?? []).map((term) => ruleOf('apart', term, pod)),
      ...(affinity?.podAffinity?.[REQUIRED] ?? []).map((term) => ruleOf('together', term, pod)),
      ...topologySpreadConstraints
        .filter(({ whenUnsatisfiable = 'DoNotSchedule' }) => whenUnsatisfiable === 'DoNotSchedule')
        .map((constraint) => ({
          ...ruleOf('spread', constraint, pod),
          maxSkew: constraint.maxSkew,
          minDomains: constraint.minDomains ?? 1,
        })),
    ],
    hostPorts: hostPortsOf(pod),
    eviction: readEviction(annotations ?? {}, pod.spec?.volumes ?? [], owner !== undefined),
  }
}

/** Cluster Autoscaler, if the Pod runs it. */
export function autoscalerIn({ spec }: ApiPodOnNode): ClusterAutoscaler | undefined {
  for (const container of spec?.containers ?? []) {
    const found = readClusterAutoscaler(container)
    if (found) return found
  }
  return undefined
}

function termsOfSelector(nodeSelector: Readonly<Record<string, string>> | undefined): NodeTerm[][] {
  const expressions = Object.entries(nodeSelector ?? {}).map(([key, value]) => ({
    key,
    operator: 'In',
    values: [value],
  }))
  return expressions.length === 0 ? [] : [[{ matchExpressions: expressions }]]
}

/** The controller of a DaemonSet pins each of its Pods to a node by name; what counts is what its template says besides. */
function termsOfAffinity(terms: readonly NodeTerm[] | undefined, isDaemon: boolean): (readonly NodeTerm[])[] {
  if (!terms) return []
  if (!isDaemon) return [terms]
  const rest = terms.map(({ matchExpressions = [] }) => ({ matchExpressions }))
  return rest.some(({ matchExpressions }) => matchExpressions.length === 0) ? [] : [rest]
}

/** A selector of namespaces by label is taken for all namespaces: that keeps more Pods apart, never fewer. */
function ruleOf(
  type: PodRule['type'],
  { topologyKey, labelSelector, namespaces = [], namespaceSelector, matchLabelKeys = [] }: ApiPodTerm,
  { metadata }: ApiPodOnNode,
): PodRule {
  const same = matchLabelKeys.flatMap((key) => {
    const value = metadata?.labels?.[key]
    return value === undefined ? [] : [{ key, operator: 'In' as const, values: [value] }]
  })
  return {
    ...{ type, topologyKey, maxSkew: 1, minDomains: 1 },
    selector: { ...labelSelector, matchExpressions: [...(labelSelector?.matchExpressions ?? []), ...same] },
    namespaces: namespaceSelector ? undefined : namespaces.length > 0 ? namespaces : [metadata?.namespace ?? ''],
  }
}

function hostPortsOf({ spec }: ApiPodOnNode): string[] {
  const containers = (spec?.containers ?? []) as readonly { readonly ports?: readonly ApiPort[] }[]
  return containers.flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostPort, protocol = 'TCP' }) => (hostPort ? [`${protocol}/${hostPort}`] : [])),
  )
}

interface ApiPort {
  readonly hostPort?: number
  readonly protocol?: string
}
