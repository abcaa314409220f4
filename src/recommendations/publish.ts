import { createHash } from 'node:crypto'
import {
  API_VERSION,
  type ContainerRecommendation,
  type Goal,
  type Recommendation,
  type Revision,
} from '../api/index.ts'
import { type Workload, workloadKey } from '../workloads/index.ts'

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

/** `<kind>-<name>`, lower-cased; where that would be too long, cut and told apart by a digest. */
export function recommendationName(workload: Workload): string {
  const name = `${workload.kind}-${workload.name}`.toLowerCase()
  if (name.length <= MAX_NAME) return name
  const digest = createHash('sha256').update(workloadKey(workload)).digest('hex').slice(0, DIGEST_CHARACTERS)
  const front = name.slice(0, MAX_NAME - DIGEST_CHARACTERS - 1).replace(/[-.]+$/, '')
  return `${front}-${digest}`
}
