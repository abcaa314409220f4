import {
  type ContainerRecommendation,
  type LimitPolicy,
  type RecommendationStatus,
  type ResourceEvidence,
  type Revision,
  readValues,
  writeValues,
} from '../api/index.ts'
import {
  type Autoscaler,
  clampValues,
  DECISION_ANNOTATION,
  type DecisionRecord,
  metricKey,
  type Pod,
  type Policy,
  type ReasonCode,
  readContainers,
} from '../policy/index.ts'
import {
  type Allotment,
  formatQuantity,
  isSameAllotment,
  type Nanos,
  parseQuantity,
  RESOURCES,
  type ResourceName,
  readable,
} from '../resources/index.ts'
import { decisionRecord } from './conclude.ts'
import type { ContainerDecision, Decision } from './decision.ts'

/** Request and limit as Kubernetes quantities; a missing one is absent. */
export interface Written {
  readonly request?: string
  readonly limit?: string
}

/** Steps by which one resource of one container got its values, from the author's values to those of the Pod. */
export interface ExplainedResource {
  readonly resource: ResourceName
  readonly author: Written
  readonly learned?: Written & {
    readonly confidence?: number
    readonly evidence?: ResourceEvidence
    /** OOM kills behind the evidence, for memory. */
    readonly oomKills?: number
  }
  readonly stepped?: Written
  readonly applied?: Written
  readonly clamped?: Written
  /** Values that the decision gives the Pod. */
  readonly injected: Written
  /** Values while the Pod starts; undefined if they are the same. */
  readonly startup?: Written
  /** Values that the Pod has now. */
  readonly carried: Written
  readonly reasons: readonly ReasonCode[]
  /**
   * HPAs that scale on it, each with its target utilization in percent, and the one that would keep the scale point at the learned
   * request.
   */
  readonly scaledBy: readonly { readonly name: string; readonly utilization: number; readonly keeps?: number }[]
}

export interface ExplainedContainer extends Pick<ContainerDecision, 'name' | 'kind'> {
  readonly resources: readonly ExplainedResource[]
}

export interface Explanation {
  readonly outcome: Decision['outcome']
  readonly reasons: readonly ReasonCode[]
  /** Record that the Pod's annotation would contain; undefined if nothing would be injected. */
  readonly record?: DecisionRecord
  /** Whether this decision gives exactly the record that the Pod carries; undefined if the Pod carries none. */
  readonly reproduces?: boolean
  readonly containers: readonly ExplainedContainer[]
}

export interface ExplainFacts {
  readonly pod: Pod
  readonly status?: RecommendationStatus | undefined
  /** Revision that the decision was made with. */
  readonly applied?: Revision | undefined
  readonly policy: Policy
  readonly autoscalers: readonly Autoscaler[]
  readonly annotations: Readonly<Record<string, string>>
}

/** Explains a decision, which is the same as the webhook's, with the values that led to it. Pure. */
export function explainDecision(decision: Decision, facts: ExplainFacts): Explanation {
  const { status, applied, policy, annotations } = facts
  const learned = status?.learned
  const stepped = steppedOf(status)
  const clamped = applied && {
    ...applied,
    containers: writeValues(clampValues(readValues(applied.containers), policy)),
  }
  const record =
    decision.record ??
    (applied && decision.containers.length > 0 ? decisionRecord(decision.containers, applied.revision) : undefined)
  const annotation = annotations[DECISION_ANNOTATION]
  const hasRecord = record !== undefined && (annotation !== undefined || Object.keys(record.containers).length > 0)
  return {
    outcome: decision.outcome,
    reasons: decision.reasons,
    ...(hasRecord && { record }),
    ...(annotation !== undefined && { reproduces: hasRecord && JSON.stringify(record) === annotation }),
    containers: (decision.containers.length > 0 ? decision.containers : untouched(facts.pod)).map(
      ({ name, kind, resources }) => ({
        name,
        kind,
        resources: resources.map(({ resource, author, carried, final, reasons, startup }) => {
          const counts = limitCounts(policy.limits[resource], author.limit)
          const of = (revision: Revision | undefined) => valuesOf(revision, name, resource, counts)
          return {
            resource,
            author: written(resource, author),
            ...withValue('learned', learnedOf(learned, name, resource, counts)),
            ...withValue('stepped', of(stepped)),
            ...withValue('applied', of(applied)),
            ...withValue('clamped', of(clamped)),
            // A Pod that is left alone keeps its values, even if others were decided for its containers.
            injected: written(resource, decision.outcome === 'patched' ? final : carried),
            ...(startup && !isSameAllotment(startup.final, final) && { startup: written(resource, startup.final) }),
            carried: written(resource, startup?.carried ?? carried),
            reasons,
            scaledBy: scaledBy(facts.autoscalers, name, resource, author.request, of(learned)?.request),
          }
        }),
      }),
    ),
  }
}

/** Containers of a Pod that is left unchanged before its containers are looked at. */
function untouched(pod: Pod): ContainerDecision[] {
  return readContainers(pod).map(({ kind, list, index, name, carried }) => ({
    ...{ kind, list, index, name },
    resources: RESOURCES.map((resource) => {
      const values = readable(carried[resource])
      return { resource, carried: values, author: values, final: values, reasons: [] }
    }),
  }))
}

/** Newest revision that moves towards the learned values: tried as a canary, waiting for approval, applied, or only computed. */
function steppedOf(status: RecommendationStatus | undefined): Revision | undefined {
  const { learned, canary, pending, applied, wouldApply } = status ?? {}
  const leads = (revision: Revision) =>
    revision.revision === learned?.revision || revision.towards === learned?.revision
  return [canary?.revision, pending, applied, wouldApply].find((revision) => revision && leads(revision))
}

function withValue<Name extends string, T>(name: Name, value: T | undefined): Partial<Record<Name, T>> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, T>)
}

function containerOf(revision: Revision | undefined, name: string): ContainerRecommendation | undefined {
  return revision?.containers.find((container) => container.name === name)
}

/** Tells whether Pods get the limit of a revision, given the limits policy. */
type LimitCounts = (limit: string) => boolean

function limitCounts(policy: LimitPolicy, author: Nanos | undefined): LimitCounts {
  return (limit) => {
    if (policy !== 'none') return policy === 'headroom'
    const nanos = parseQuantity(limit)
    return author !== undefined && nanos !== undefined && nanos > author
  }
}

function valuesOf(
  revision: Revision | undefined,
  name: string,
  resource: ResourceName,
  counts: LimitCounts,
): Written | undefined {
  const { request, limit } = containerOf(revision, name)?.[resource] ?? {}
  return request === undefined ? undefined : { request, ...(limit !== undefined && counts(limit) && { limit }) }
}

function learnedOf(
  learned: Revision | undefined,
  name: string,
  resource: ResourceName,
  counts: LimitCounts,
): ExplainedResource['learned'] {
  const container = containerOf(learned, name)
  const values = valuesOf(learned, name, resource, counts)
  const { confidence } = container?.[resource] ?? {}
  const evidence = container?.evidence?.[resource]
  const oomKills = resource === 'memory' ? container?.evidence?.oomKills : undefined
  return (
    values && {
      ...values,
      ...(confidence !== undefined && { confidence }),
      ...(evidence && { evidence }),
      ...(oomKills && { oomKills }),
    }
  )
}

function written(resource: ResourceName, { request, limit }: Allotment): Written {
  return {
    ...(request !== undefined && { request: formatQuantity(resource, request) }),
    ...(limit !== undefined && { limit: formatQuantity(resource, limit) }),
  }
}

function scaledBy(
  autoscalers: readonly Autoscaler[],
  container: string,
  resource: ResourceName,
  author: Nanos | undefined,
  learned: string | undefined,
): ExplainedResource['scaledBy'] {
  return autoscalers.flatMap(({ kind, name, claims, points }) =>
    kind !== 'HorizontalPodAutoscaler'
      ? []
      : claims.flatMap((claim) => {
          const isHere = claim.resource === resource && (claim.container ?? container) === container
          if (!isHere || claim.utilization === undefined) return []
          const request = parseQuantity(learned)
          if (!author || !request) return [{ name, utilization: claim.utilization }]
          // The HPA keeps usage / request constant. If Plimsoll changed the target, count from the author's target.
          const target = points?.[metricKey(resource, claim.container)]?.author ?? claim.utilization
          const keeps = Math.round((target * Number(author)) / Number(request))
          return [{ name, utilization: claim.utilization, keeps }]
        }),
  )
}
