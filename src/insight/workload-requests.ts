import type { Goal, RecommendationStatus } from '../api/index.ts'
import type { ResourceName } from '../resources/index.ts'
import { amounts, KEYS, sumOfAll } from './amounts.ts'
import type { WorkloadFacts } from './facts.ts'
import type { Amounts, RiskCode } from './model.ts'
import { risksOf } from './risks.ts'
import { type GoalOfContainer, type Studied, study } from './study.ts'

/** Requests of all Pods of a workload together; a resource is absent if it is unknown for any container. */
export interface WorkloadRequests {
  /** What the authors wrote. */
  readonly authors: Amounts
  /** What the Pods reserve now. */
  readonly reserved: Amounts
  /** What was learned; a resource is absent if nothing was learned about it. */
  readonly learned: Amounts
}

/**
 * Computes the requests of a workload, and its risks, without usage samples: the same figures as in the whole insight.
 *
 * @param status status of its Recommendation; undefined if it has none
 * @param goal goal of a workload for which neither its author nor its Recommendation names one
 */
export function workloadRequests(
  facts: Omit<WorkloadFacts, 'recommendation'>,
  status: RecommendationStatus | undefined,
  goal: Goal,
): WorkloadRequests & { readonly risks: ReadonlySet<RiskCode> } {
  const context = {
    goal: status?.learned?.goal ?? facts.goal ?? goal,
    status,
    // No sample is read, so the window does not matter.
    usage: { fromSeconds: 0, toSeconds: 0, stepSeconds: 60 },
  }
  const studied = facts.containers.map((one) => study(one, context))
  const { authors, reserved, learned } = requestsBy(studied, facts.pods)
  return { authors, reserved, learned, risks: new Set(studied.flatMap(risksOf).map(({ code }) => code)) }
}

/** @returns also `then`: what all Pods would reserve if what was learned were applied; empty if nothing was learned */
export function requestsBy(
  studied: readonly Studied[],
  pods: number | undefined,
): WorkloadRequests & { readonly then: Amounts } {
  const asked = studied.map((one) => one.asked)
  const then = asked.some(({ isLearned }) => isLearned) ? requestsOf(asked, pods) : {}
  return {
    authors: summed(
      studied,
      (one, resource) => one.facts.author && times(one.facts.author[resource].request ?? 0, pods),
    ),
    reserved: reservedBy(studied, pods),
    learned: knownOf(then, asked),
    then,
  }
}

/** A value of one Pod for all Pods; undefined if their number is not known. */
export function times(value: number, pods: number | undefined): number | undefined {
  return pods === undefined ? undefined : value * pods
}

/** Sum over all containers; a resource is absent if it is unknown for any container. */
export function summed(
  studied: readonly Studied[],
  of: (one: Studied, resource: ResourceName) => number | undefined,
): Amounts {
  const sum = (resource: ResourceName) => sumOfAll(studied.map((one) => of(one, resource)))
  return amounts(sum('cpu'), sum('memory'))
}

function reservedBy(studied: readonly Studied[], pods: number | undefined): Amounts {
  return summed(studied, ({ facts: { now, reserved } }, resource) =>
    reserved ? reserved[KEYS[resource]] : now && times(now[resource].request ?? 0, pods),
  )
}

/** Requests of all containers of all Pods. */
export function requestsOf(containers: readonly GoalOfContainer[], pods: number | undefined): Amounts {
  const sum = (resource: ResourceName) =>
    sumOfAll(
      containers.map(({ requests }) =>
        requests[resource] === undefined ? undefined : times(requests[resource], pods),
      ),
    )
  return amounts(sum('cpu'), sum('memory'))
}

/** The sums of the resources of which something is known for at least one container. */
function knownOf({ cpuCores, memoryBytes }: Amounts, containers: readonly GoalOfContainer[]): Amounts {
  const isKnown = (resource: ResourceName) => containers.some((one) => one.isLearned && one.isKnown[resource])
  return amounts(isKnown('cpu') ? cpuCores : undefined, isKnown('memory') ? memoryBytes : undefined)
}
