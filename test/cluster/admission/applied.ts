import type { ContainerRecommendation } from '../../../src/api/index.ts'
import type { KubeClient } from '../../../src/kube/index.ts'
import { writeRecommendation } from '../../../src/recommendations/index.ts'
import type { Workload } from '../../../src/workloads/index.ts'

/** Writes a Recommendation with these values as the applied revision, as the learner would. */
export async function writeApplied(
  client: KubeClient,
  workload: Workload,
  containers: readonly ContainerRecommendation[],
  { revision = 1, exists = false } = {},
): Promise<void> {
  const applied = {
    revision,
    time: '2026-06-02T00:00:00Z',
    source: 'observed' as const,
    goal: 'balanced' as const,
    containers: [...containers],
  }
  await writeRecommendation(client, workload, { state: 'Applied', applied }, { exists })
}
