import { createHash } from 'node:crypto'
import {
  API_VERSION,
  type ContainerRecommendation,
  type Goal,
  type Recommendation,
  type Revision,
} from '../api/index.ts'
import { isDnsSubdomain, type Workload, workloadKey } from '../workloads/index.ts'

export interface RevisionFacts {
  readonly source: Revision['source']
  readonly goal: Goal
  /** ≥ 1. */
  readonly revision: number
  /** When it was learned: ISO 8601, UTC. */
  readonly time: string
}

/**
 * The Recommendation of a workload whose learned values are applied as they are: the local mode, where nobody approves
 * and no Pod runs that a step would have to spare.
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

/** Names of objects end here (RFC 1123 subdomain). */
const MAX_NAME = 253
const DIGEST_CHARACTERS = 10
/** Of a kind, in `spec.workload`. */
const MAX_KIND = 63

/**
 * Why the API server would store no object for a workload: owners and labels of Pods may name what no object can be called.
 *
 * @returns undefined where it would
 */
export function whyNoObject(workload: Workload): string | undefined {
  const { kind, name } = workload
  if (kind.length > MAX_KIND) return `the kind ${JSON.stringify(kind)} is longer than ${MAX_KIND} characters`
  if (name.length > MAX_NAME) return `the name ${JSON.stringify(name)} is longer than ${MAX_NAME} characters`
  if (isDnsSubdomain(recommendationName(workload))) return undefined
  return `${JSON.stringify(`${kind} ${name}`)} is no name of an object: it may have letters, digits, "-" and "." only`
}

/** `<kind>-<name>`, lower-cased; where that would be too long, cut and told apart by a digest. */
export function recommendationName(workload: Workload): string {
  const name = `${workload.kind}-${workload.name}`.toLowerCase()
  if (name.length <= MAX_NAME) return name
  const digest = createHash('sha256').update(workloadKey(workload)).digest('hex').slice(0, DIGEST_CHARACTERS)
  const front = name.slice(0, MAX_NAME - DIGEST_CHARACTERS - 1).replace(/[-.]+$/, '')
  return `${front}-${digest}`
}
