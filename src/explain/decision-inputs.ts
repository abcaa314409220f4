import { type RecommendationStatus, readRecommendation, SIZING_POLICIES, SizingPolicySpec } from '../api/index.ts'
import { Settings } from '../config/index.ts'
import { installedSettings } from '../doctor/index.ts'
import { MODE_LABEL } from '../fleet/index.ts'
import {
  HPAS,
  type KubeClient,
  type KubeObject,
  LIMIT_RANGES,
  listAll,
  NAMESPACES,
  NODES,
  QUOTAS,
  type ResourceType,
  ScaleReader,
  VPAS,
} from '../kube/index.ts'
import {
  type ApiHpa,
  type ApiVpa,
  type Autoscaler,
  type ClassifiedNode,
  clusterPolicy,
  type Effective,
  effectivePolicy,
  isTargetedBy,
  nodeClasses,
  nodeNameOf,
  parseSelector,
  readHpa,
  readVpa,
} from '../policy/index.ts'
import { tolerating } from '../readers/index.ts'
import { RECOMMENDATIONS, recommendationName } from '../recommendations/index.ts'
import {
  type AdmissionConstraints,
  type LimitDefaults,
  mergeLimitRules,
  readLimitDefaults,
  readLimitRange,
  readQuota,
} from '../sizing/index.ts'
import {
  controllersWorkload,
  type PodIdentity,
  type RunRule,
  runRules,
  type Workload,
  workloadType,
} from '../workloads/index.ts'
import type { Subject } from './subject.ts'

/** Everything that a decision depends on besides the Pod. */
export interface DecisionInputs {
  /** Value of the mode label of the namespace; undefined if it has none. */
  readonly mode?: string | undefined
  readonly status?: RecommendationStatus | undefined
  readonly effective: Effective
  /** Whether `effective` is from the installation; otherwise it has the defaults. */
  readonly isInstalled?: boolean
  /** Rules that say which changes need approval. */
  readonly approval: Settings['approval']
  readonly constraints: AdmissionConstraints
  /** Defaults that LimitRanges add to a Pod before the webhook sees it. */
  readonly limitDefaults: readonly LimitDefaults[]
  readonly autoscalers: readonly Autoscaler[]
  /** Classes of the Pod's node, where the Pod is of a DaemonSet; undefined if they are not known. */
  readonly nodeClasses?: readonly string[] | undefined
  /** Labels of nodes that tell classes apart. */
  readonly nodeLabels?: readonly string[]
  readonly notes: readonly string[]
  /** Messages about what could not be read and was left out. */
  readonly unread: readonly string[]
}

type Labelled = KubeObject & { readonly metadata: { readonly labels?: Readonly<Record<string, string>> } }
type Specified = KubeObject & { readonly spec?: unknown; readonly status?: unknown }

/** How the installation recognizes what repeats from run to run: by its settings, as far as the person may read them. */
export async function installedRules(client: KubeClient, plimsollNamespace: string): Promise<readonly RunRule[]> {
  const settings = await installedSettings(client, plimsollNamespace).catch(() => undefined)
  return runRules(settings?.runLabels)
}

/**
 * Reads from the cluster what the webhook has in memory. What the person may not read is left out, and reported in `unread`.
 *
 * @param settings settings given by hand; otherwise those of the installation are used, or else the defaults
 */
export async function readDecisionInputs(
  client: KubeClient,
  { namespace, workload, pod }: Subject,
  { settings, plimsollNamespace }: { readonly settings: Settings | undefined; readonly plimsollNamespace: string },
): Promise<DecisionInputs> {
  const notes: string[] = []
  const unread: string[] = []
  const tolerate = tolerating((what, { message }) => {
    unread.push(`${what} could not be read, and were left out: ${message}`)
  })
  const all = async <T extends KubeObject>(type: ResourceType): Promise<T[]> => {
    return await tolerate(`${type.plural} of ${namespace}`, listAll<T>(client, type, { namespace }), [])
  }
  let isInstalled = settings !== undefined
  const installed = async () => {
    const found = await tolerate('the settings', installedSettings(client, plimsollNamespace), undefined)
    isInstalled = found !== undefined
    if (!found) notes.push(`no settings of an installation in namespace ${plimsollNamespace}: using the defaults`)
    return found ?? Settings.parse({})
  }
  const node = workload?.kind === 'DaemonSet' ? nodeNameOf(pod) : undefined
  const [chosen, named, policies, recommendation, limitRanges, quotas, hpas, vpas, itsNode] = await Promise.all([
    settings ?? installed(),
    tolerate('the namespace', client.get<Labelled>(NAMESPACES, { name: namespace }), undefined),
    all<Specified>(SIZING_POLICIES),
    workload &&
      tolerate(
        'the Recommendation',
        client.get<KubeObject>(RECOMMENDATIONS, { namespace, name: recommendationName(workload) }),
        undefined,
      ),
    all<Specified>(LIMIT_RANGES),
    all<Specified>(QUOTAS),
    all<KubeObject>(HPAS),
    all<KubeObject>(VPAS),
    node && tolerate(`node ${node}`, client.get<KubeObject>(NODES, { name: node }), undefined),
  ])
  const { enabled: sizesByNode, labels: nodeLabels } = chosen.nodeClasses
  const specs = policies.map(({ metadata, spec }) => ({
    name: metadata.name ?? '',
    spec: SizingPolicySpec.parse(spec),
  }))
  const autoscalers = [...hpas.map((hpa) => readHpa(hpa as ApiHpa)), ...vpas.map((vpa) => readVpa(vpa as ApiVpa))]
  const scales = new ScaleReader(client)
  const metadata: Omit<PodIdentity, 'namespace'> = pod.metadata ?? {}
  const itsPod = { labels: metadata.labels ?? {}, controllers: controllersWorkload({ ...metadata, namespace }) }
  const targeting = async (workload: Workload) => {
    const found: Autoscaler[] = []
    for (const one of autoscalers) {
      const { kind, name, reference } = one.target
      const reading = reference && workloadType(kind) === undefined
      const text = reading
        ? await tolerate(`the Pods of ${kind}/${name}`, scales.selectorOf(namespace, { ...reference, name }), undefined)
        : undefined
      const selector = text === undefined ? undefined : parseSelector(text)
      if (isTargetedBy(one, selector, workload, [itsPod])) found.push(one)
    }
    return found
  }
  return {
    mode: named?.metadata.labels?.[MODE_LABEL],
    status: recommendation && readRecommendation(recommendation).recommendation.status,
    effective: effectivePolicy(clusterPolicy(chosen), specs, pod.metadata?.labels ?? {}),
    isInstalled,
    approval: chosen.approval,
    constraints: {
      limits: mergeLimitRules(limitRanges.map(({ spec }) => readLimitRange(spec))),
      quotas: quotas.map(readQuota),
    },
    limitDefaults: limitRanges.map(({ spec }) => readLimitDefaults(spec)),
    autoscalers: workload ? await targeting(workload) : [],
    ...(sizesByNode && { nodeLabels }),
    ...(sizesByNode && itsNode && { nodeClasses: nodeClasses(itsNode as ClassifiedNode, nodeLabels) }),
    notes,
    // The answers come in any order.
    unread: unread.sort(),
  }
}
