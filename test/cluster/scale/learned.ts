// Recommendations and checkpoints of realistic size, made by the real learner and publisher.
import { loadSettings } from '../../../src/config/index.ts'
import { syntheticHistory } from '../../../src/history/index.ts'
import type { KubeClient } from '../../../src/kube/index.ts'
import { createLearner, GOAL_PRICES } from '../../../src/learner/index.ts'
import { DEFAULT_POLICY } from '../../../src/policy/index.ts'
import { writeCheckpoint, writeRecommendation } from '../../../src/recommendations/index.ts'
import { parseQuantity } from '../../../src/resources/index.ts'
import { reconcile } from '../../../src/revisions/index.ts'
import { type Workload, type WorkloadContainer, workloadKey } from '../../../src/workloads/index.ts'

const NAMES = ['app', 'sidecar'] as const
const END_SECONDS = 1_780_272_000

/**
 * Writes a Recommendation and a checkpoint for workloads of two containers each, as the learner would after two weeks: its
 * newest revision, and another one that is applied.
 *
 * @returns the workloads: as many as the synthetic services make pairs
 */
export async function writeLearned(client: KubeClient, namespace: string): Promise<Workload[]> {
  const learner = createLearner()
  const assigned = new Map<string, WorkloadContainer>()
  for await (const samples of syntheticHistory({ endSeconds: END_SECONDS }).read()) {
    learner.observe(samples.map((sample) => ({ ...sample, container: pairUp(sample.container, namespace, assigned) })))
  }
  const { step, minimumChange } = loadSettings(undefined)
  const guess = { request: parseQuantity('4')!, limit: parseQuantity('8')! }
  const memory = { request: parseQuantity('8Gi')!, limit: parseQuantity('16Gi')! }
  const author = new Map(NAMES.map((name) => [name, { cpu: guess, memory }]))
  const workloads = [...learner.workloads()]
  for (const workload of workloads) {
    const progress = {
      mode: 'auto' as const,
      source: 'observed' as const,
      goal: 'balanced' as const,
      learned: learner.recommend(workload, END_SECONDS, { prices: GOAL_PRICES.balanced, cadence: '24h' }).containers,
      author,
      shape: { slots: [], overhead: { cpu: 0n, memory: 0n } },
      ...{ kind: workload.kind, pods: [], autoscalers: [], largestNode: {}, criticality: 'medium' as const },
      ...{ spec: {}, freezes: [], opening: { isOpen: true as const } },
      now: new Date(END_SECONDS * 1000),
    }
    const { share, cpu, memory } = minimumChange
    const rules = {
      ...{ policy: DEFAULT_POLICY, step, minimumChange: { share, amount: { cpu, memory } } },
      // Their history is short, so the test uses the values that are not applied yet.
      approval: { confidence: { low: 0, medium: 0, high: 0 }, worstDay: { high: 1 }, minimumDays: 0, exempt: [] },
      pace: { betweenDecreasesMilliseconds: 0, betweenStepsUpMilliseconds: 0 },
      slo: { longSeconds: 3600, shortSeconds: 300, guardForSeconds: 3600 },
    }
    await writeRecommendation(client, workload, reconcile(undefined, progress, rules).status, { exists: false })
    await writeCheckpoint(client, workload, learner.saveWorkload(workload)!, progress.now)
  }
  return workloads
}

/** Two services that are learned make the two containers of one workload. */
function pairUp(
  service: WorkloadContainer,
  namespace: string,
  assigned: Map<string, WorkloadContainer>,
): WorkloadContainer {
  const key = `${workloadKey(service.workload)}/${service.container}`
  const known = assigned.get(key)
  if (known) return known
  const index = assigned.size
  const workload = { namespace, kind: 'Deployment', name: `learned-${Math.floor(index / 2)}` }
  const container = { workload, container: NAMES[index % 2]! }
  assigned.set(key, container)
  return container
}
