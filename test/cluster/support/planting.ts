// Writes revisions that were not learned, so that tests decide what is applied.
import type { RecommendationStatus, Revision } from '../../../src/api/index.ts'
import type { KubeClient } from '../../../src/kube/index.ts'
import { type DecisionRecord, parseRecord } from '../../../src/policy/index.ts'
import { writeRecommendation } from '../../../src/recommendations/index.ts'
import type { Workload } from '../../../src/workloads/index.ts'

interface Recorded {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> }
}

type Values = Omit<Revision['containers'][number], 'name'>

/** A revision with these values, by container. */
export function revisionOf(revision: number, containers: Readonly<Record<string, Values>>): Revision {
  return {
    ...{ revision, time: new Date().toISOString().replace(/\.\d+Z$/, 'Z'), source: 'observed', goal: 'balanced' },
    containers: Object.entries(containers).map(([name, values]) => ({ name, ...values })),
  }
}

/** Learned state in which no container of the revision ever used more memory than this. */
export function learnedWithPeak(revision: Revision, peak: string): Revision {
  const { time } = revision
  const evidence = { from: time, to: time, samples: 100, memory: { p50: peak, p95: peak, p99: peak, peak } }
  return { ...revision, containers: revision.containers.map((container) => ({ ...container, evidence })) }
}

/** Applies a revision to a workload, as the learner would. */
export async function plant(
  client: KubeClient,
  workload: Workload,
  status: RecommendationStatus,
  { exists = false, mode = 'auto' }: { exists?: boolean; mode?: 'auto' | 'approve' } = {},
): Promise<void> {
  await writeRecommendation(client, workload, { mode, ...status }, { exists })
}

export function recordOn({ metadata }: Recorded): DecisionRecord | undefined {
  return parseRecord(metadata.annotations?.['plimsoll.dev/decision'])
}

/** Whether a Pod carries a revision, and no resize is in progress. */
export function carries(pod: Recorded, revision: number): boolean {
  const record = recordOn(pod)
  return record?.revision === revision && record.intended === undefined
}
