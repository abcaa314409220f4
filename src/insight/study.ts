import {
  type ContainerRecommendation,
  type Goal,
  Goal as Goals,
  type RecommendationStatus,
  type ResourceEvidence,
} from '../api/index.ts'
import { numberOf, RESOURCES, type ResourceName } from '../resources/index.ts'
import { allotmentOf, containerOf, KEYS } from './amounts.ts'
import type { ContainerFacts, PerResource } from './facts.ts'
import type { Allotment, Confidence, OnNodesInsight, ResourceInsight, Uses } from './model.ts'
import { type Samples, samplesOf, shareAbove, usesOf, usesOfEvidence, usesOfMoment } from './uses.ts'

/** Facts that concern all containers of a workload. */
export interface StudyContext {
  /** Goal for which the workload's values are learned. */
  readonly goal: Goal
  readonly status: RecommendationStatus | undefined
  /** When the usage of the fleet begins and ends, and the seconds between its samples. */
  readonly usage: { readonly fromSeconds: number; readonly toSeconds: number; readonly stepSeconds: number }
}

/** What a goal means for the container of one Pod. */
export interface GoalOfContainer {
  /** Requests in cores and bytes: what was learned if there is such a value and it is not held, else what is reserved now. */
  readonly requests: PerResource<number | undefined>
  /** Whether a value was learned for CPU or memory. */
  readonly isLearned: boolean
  /** Whether each of the requests was learned, or is held for a reason; it is what is reserved now if not. */
  readonly isKnown: PerResource<boolean>
  readonly cpuAboveShare: number | undefined
  readonly oomDayChance: number | undefined
}

/** Figures of one container, for one Pod. */
export interface Studied {
  readonly facts: ContainerFacts
  readonly samples: PerResource<Samples | undefined>
  readonly resources: PerResource<ResourceInsight>
  /** What the learner kept of usage; undefined if nothing was learned. */
  readonly evidence: PerResource<ResourceEvidence | undefined>
  /** The goals beside each other: all computed from the same usage, where that is known. */
  readonly goals: Readonly<Record<Goal, GoalOfContainer>>
  /** What the workload's goal asks for: what was published, if it was. */
  readonly asked: GoalOfContainer
}

export function study(facts: ContainerFacts, context: StudyContext): Studied {
  const { usage } = facts
  const samples = perResource((resource) => usage && samplesOf(usage, resource, context.usage))
  return {
    facts,
    samples,
    resources: perResource((resource) => resourceOf(facts, resource, samples[resource], context)),
    evidence: perResource((resource) => learnedOf(facts, context.goal, context.status)?.evidence?.[resource]),
    goals: Object.fromEntries(
      Goals.options.map((goal) => {
        // What was published may be of yesterday: beside it, another goal's value of today could be on the wrong side of it.
        const learned = facts.learned?.[goal] ?? publishedOf(facts, goal, context.status)
        return [goal, goalOf(facts, goal, learned, samples.cpu, context)]
      }),
    ) as Record<Goal, GoalOfContainer>,
    asked: goalOf(facts, context.goal, learnedOf(facts, context.goal, context.status), samples.cpu, context),
  }
}

function perResource<T>(of: (resource: ResourceName) => T): PerResource<T> {
  const [cpu, memory] = RESOURCES.map(of)
  return { cpu: cpu!, memory: memory! }
}

/** What the cluster has learned has priority over what is computed here, because it is what will be applied. */
function learnedOf(facts: ContainerFacts, goal: Goal, status: RecommendationStatus | undefined) {
  return publishedOf(facts, goal, status) ?? facts.learned?.[goal]
}

function publishedOf({ name }: ContainerFacts, goal: Goal, status: RecommendationStatus | undefined) {
  return status?.learned?.goal === goal ? containerOf(status.learned, name) : undefined
}

function resourceOf(
  facts: ContainerFacts,
  resource: ResourceName,
  samples: Samples | undefined,
  { goal, status }: StudyContext,
): ResourceInsight {
  const learned = learnedOf(facts, goal, status)
  const evidence = learned?.evidence?.[resource]
  const uses = samples ? usesOf(samples) : (usesOfEvidence(evidence) ?? usesOfMoment(facts.momentary?.[KEYS[resource]]))
  const injected = status?.mode === 'observe' ? undefined : status?.applied
  const applied = allotmentOf(containerOf(injected, facts.name)?.[resource])
  const pending = allotmentOf(containerOf(status?.pending ?? status?.wouldApply, facts.name)?.[resource])
  const value = allotmentOf(learned?.[resource])
  const confidence = confidenceOf(learned, resource)
  const reasons = reasonsOf(facts.name, resource, status)
  const growth = resource === 'memory' ? growthOf(learned, facts.now?.memory, uses) : undefined
  const onNodes = onNodesOf(learned, resource)
  return {
    ...(facts.author && { author: facts.author[resource] }),
    ...(facts.now && { now: facts.now[resource] }),
    ...(uses && { uses }),
    ...(applied && { applied }),
    ...(pending && { pending }),
    ...(value && { learned: value }),
    ...(confidence && { confidence }),
    ...(evidence?.basis !== undefined && { basis: evidence.basis }),
    ...(reasons.length > 0 && { reasons }),
    ...(growth && { growth }),
    ...(onNodes.length > 0 && { onNodes }),
  }
}

function onNodesOf(learned: ContainerRecommendation | undefined, resource: ResourceName): readonly OnNodesInsight[] {
  return (learned?.nodeClasses ?? []).flatMap(({ nodes, ...values }) => {
    const value = allotmentOf(values[resource])
    const evidence = values.evidence?.[resource]
    const [uses, confidence] = [usesOfEvidence(evidence), confidenceOf(values, resource)]
    if (!value) return []
    return [
      {
        ...{ nodes, learned: value },
        ...(uses && { uses }),
        ...(confidence && { confidence }),
        ...(evidence?.basis !== undefined && { basis: evidence.basis }),
      },
    ]
  })
}

type LearnedValues = Pick<ContainerRecommendation, ResourceName | 'evidence'>

function confidenceOf(learned: LearnedValues | undefined, resource: ResourceName): Confidence | undefined {
  const value = learned?.[resource]?.confidence
  if (value === undefined) return undefined
  const doubt = learned?.evidence?.[resource]?.doubt
  return { value, ...(doubt !== undefined && { doubt }) }
}

function reasonsOf(name: string, resource: ResourceName, status: RecommendationStatus | undefined): readonly string[] {
  const offered = containerOf(status?.pending ?? status?.wouldApply ?? status?.applied, name)
  return offered?.[resource]?.reasons ?? heldBecause(name, resource, status)
}

function heldBecause(
  name: string,
  resource: ResourceName,
  status: RecommendationStatus | undefined,
): readonly string[] {
  for (const revision of [status?.pending, status?.wouldApply, status?.applied]) {
    const code = containerOf(revision, name)?.held?.[resource]
    if (code !== undefined) return [code]
  }
  return []
}

/** Days are counted to the limit in force, not to the one that was learned. */
function growthOf(learned: ContainerRecommendation | undefined, now: Allotment | undefined, uses: Uses | undefined) {
  const perDay = numberOf(learned?.evidence?.memory?.leak?.perDay)
  if (perDay === undefined || perDay <= 0) return undefined
  if (now?.limit === undefined || !uses) return { perDay }
  return { perDay, daysLeft: Math.max(0, Math.floor((now.limit - uses.peak) / perDay)) }
}

/**
 * What a Pod requests on average: of a DaemonSet that is sized by class of node, each class counts by the usage that was seen on its nodes.
 */
function meanRequestOf(learned: ContainerRecommendation | undefined, resource: ResourceName): number | undefined {
  const classes = (learned?.nodeClasses ?? []).flatMap((nodes) => {
    const request = numberOf(nodes[resource]?.request)
    return request !== undefined && nodes.evidence ? [{ request, weight: nodes.evidence.samples }] : []
  })
  const weights = classes.reduce((sum, { weight }) => sum + weight, 0)
  if (weights === 0) return numberOf(learned?.[resource]?.request)
  return classes.reduce((sum, { request, weight }) => sum + request * weight, 0) / weights
}

function goalOf(
  facts: ContainerFacts,
  goal: Goal,
  learned: ContainerRecommendation | undefined,
  cpu: Samples | undefined,
  { status }: StudyContext,
): GoalOfContainer {
  const isHeld = perResource((resource) => heldBecause(facts.name, resource, status).length > 0)
  const requests = perResource((resource) => {
    const stands = facts.now && (facts.now[resource].request ?? 0)
    return isHeld[resource] ? stands : (meanRequestOf(learned, resource) ?? stands)
  })
  const request = numberOf(learned?.cpu?.request)
  const inHindsight = cpu && request !== undefined ? shareAbove(cpu, request) : undefined
  const holds = learned?.memory?.confidence
  return {
    requests,
    isLearned: learned?.cpu !== undefined || learned?.memory !== undefined,
    isKnown: perResource((resource) => isHeld[resource] || learned?.[resource] !== undefined),
    cpuAboveShare: learned && (facts.replayedAbove?.[goal] ?? inHindsight),
    oomDayChance: holds === undefined ? undefined : 1 - holds,
  }
}
