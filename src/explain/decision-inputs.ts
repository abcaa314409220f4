import { type RecommendationStatus, readRecommendation, SIZING_POLICIES, SizingPolicySpec } from '../api/index.ts'
import { Settings } from '../config/index.ts'
import { installedSettings } from '../doctor/index.ts'
import { MODE_LABEL } from '../fleet/index.ts'
import {
  HPAS,
  type KubeClient,
  type KubeObject,
  LIMIT_RANGES,
  NAMESPACES,
  QUOTAS,
  type ResourceType,
  VPAS,
} from '../kube/index.ts'
import {
  type ApiHpa,
  type ApiVpa,
  type Autoscaler,
  clusterPolicy,
  type Effective,
  effectivePolicy,
  readHpa,
  readVpa,
} from '../policy/index.ts'
import { tolerating } from '../readers/index.ts'
import { RECOMMENDATIONS, recommendationName } from '../recommendations/index.ts'
import {
  type AdmissionConstraints,
  type LimitDefaults,
  mergeLimitRules,
  NO_CONSTRAINTS,
  readLimitDefaults,
  readLimitRange,
  readQuota,
} from '../sizing/index.ts'
import type { Subject } from './subject.ts'

/** All that a decision looks at besides the Pod. */
export interface DecisionInputs {
  /** Of the namespace; undefined: it has no label. */
  readonly mode?: string | undefined
  readonly status?: RecommendationStatus | undefined
  readonly effective: Effective
  /** Which changes ask. */
  readonly approval: Settings['approval']
  readonly surroundings: AdmissionConstraints
  /** What LimitRanges add to a Pod before the webhook sees it. */
  readonly limitDefaults: readonly LimitDefaults[]
  readonly autoscalers: readonly Autoscaler[]
  readonly notes: readonly string[]
  /** What could not be read, and was left out. */
  readonly unread: readonly string[]
}

type Labelled = KubeObject & { readonly metadata: { readonly labels?: Readonly<Record<string, string>> } }
type Specified = KubeObject & { readonly spec?: unknown; readonly status?: unknown }

/**
 * Asks the cluster for what the webhook would have in memory. What the person may not read is left out, and said.
 *
 * @param settings given by hand; else those of the installation, else the defaults
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
    const found: T[] = []
    const reading = (async () => {
      for await (const { items } of client.list<T>(type, { namespace })) found.push(...items)
      return found
    })()
    return await tolerate(`${type.plural} of ${namespace}`, reading, [])
  }
  const installed = async () => {
    const found = await tolerate('the settings', installedSettings(client, plimsollNamespace), undefined)
    if (!found) notes.push(`no settings of an installation in namespace ${plimsollNamespace}: the defaults are taken`)
    return found ?? Settings.parse({})
  }
  const [chosen, named, policies, recommendation, limitRanges, quotas, hpas, vpas] = await Promise.all([
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
  ])
  const specs = policies.map(({ metadata, spec }) => ({
    name: metadata.name ?? '',
    spec: SizingPolicySpec.parse(spec),
  }))
  const autoscalers = [...hpas.map((hpa) => readHpa(hpa as ApiHpa)), ...vpas.map((vpa) => readVpa(vpa as ApiVpa))]
  return {
    mode: named?.metadata.labels?.[MODE_LABEL],
    status: recommendation && readRecommendation(recommendation).recommendation.status,
    effective: effectivePolicy(clusterPolicy(chosen), specs, pod.metadata?.labels ?? {}),
    approval: chosen.approval,
    surroundings: {
      ...NO_CONSTRAINTS,
      limits: mergeLimitRules(limitRanges.map(({ spec }) => readLimitRange(spec))),
      quotas: quotas.map(readQuota),
    },
    limitDefaults: limitRanges.map(({ spec }) => readLimitDefaults(spec)),
    autoscalers: autoscalers.filter(({ target }) => target.kind === workload?.kind && target.name === workload.name),
    notes,
    // They come as the answers do, in any order.
    unread: unread.sort(),
  }
}
