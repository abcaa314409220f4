import { createHash } from 'node:crypto'
import {
  API_VERSION,
  type ContainerRecommendation,
  type Goal,
  MAX_KIND,
  type Recommendation,
  type Revision,
} from '../api/index.ts'
import { isDnsSubdomain, kindInAnyCase, type Workload, workloadKey } from '../workloads/index.ts'

export interface RevisionFacts {
  readonly source: Revision['source']
  readonly goal: Goal
  /** Number of the revision, at least 1. */
  readonly revision: number
  /** Time at which the revision was learned: ISO 8601, UTC. */
  readonly time: string
}

/**
 * Builds the Recommendation of a workload whose learned values are applied unchanged. This is for local use, where nobody approves
 * revisions and there are no running Pods to protect with smaller steps.
 */
export function toRecommendation(
  workload: Workload,
  containers: readonly ContainerRecommendation[],
  { source, goal, revision, time }: RevisionFacts,
): Recommendation {
  const { namespace, kind, name } = workload
  const learned = { revision, time, source, goal, containers: [...containers] }
  return {
    apiVersion: API_VERSION,
    kind: 'Recommendation',
    metadata: { namespace, name: recommendationName(workload) },
    spec: { workload: { kind, name } },
    status: { learned, applied: learned },
  }
}

/** Maximum length of an object name (RFC 1123 subdomain). */
const MAX_NAME = 253
const DIGEST_CHARACTERS = 10
/** A kind with its API group, if it has one. The group's last label has no "-", so that no two workloads share a name of an object. */
const KIND = /^[A-Za-z][A-Za-z0-9]*(?:(?:\.[a-z0-9][-a-z0-9]*)*\.[a-z0-9]+)?$/

/**
 * Why the API server would not store an object for a workload: owners and labels of Pods may have names that are invalid for objects.
 *
 * @returns undefined if it would store the object
 */
export function whyNoObject(workload: Workload): string | undefined {
  const { kind, name } = workload
  if (kind.length > MAX_KIND) return `the kind ${JSON.stringify(kind)} is longer than ${MAX_KIND} characters`
  if (!KIND.test(kind))
    return `${JSON.stringify(kind)} is not a kind: it may have letters and digits, and the domain of its API group`
  const usual = kindInAnyCase(kind)
  if (usual && usual !== kind) return `${JSON.stringify(kind)} is not a kind: expected ${usual}`
  if (name.length > MAX_NAME) return `the name ${JSON.stringify(name)} is longer than ${MAX_NAME} characters`
  if (isDnsSubdomain(recommendationName(workload))) return undefined
  return `${JSON.stringify(`${kind} ${name}`)} is not a valid object name: it may have letters, digits, "-" and "." only`
}

/**
 * Name of a workload's Recommendation: `<kind>-<name>` in lower case; a name that is too long is shortened, and a digest makes it
 * unique.
 */
export function recommendationName(workload: Workload): string {
  const name = `${workload.kind}-${workload.name}`.toLowerCase()
  if (name.length <= MAX_NAME) return name
  const digest = createHash('sha256').update(workloadKey(workload)).digest('hex').slice(0, DIGEST_CHARACTERS)
  const front = name.slice(0, MAX_NAME - DIGEST_CHARACTERS - 1).replace(/[-.]+$/, '')
  return `${front}-${digest}`
}
