import { type ContainerRecommendation, Goal } from '../../api/index.ts'
import { MetricsApi } from '../../history/index.ts'
import type { ContainerFacts, Note } from '../../insight/index.ts'
import { type KubeClient, KubeError } from '../../kube/index.ts'
import { type DecisionTerms, GOAL_PRICES, restoreLearner } from '../../learner/index.ts'
import { readCheckpoints } from '../../recommendations/index.ts'
import { containerKey, type Workload, type WorkloadContainer } from '../../workloads/index.ts'
import { tolerating } from '../tolerate.ts'
import type { ClusterReading } from './cluster.ts'

/** Adds what a source knows of a container to its facts. */
type Add = (workload: Workload, container: ContainerFacts) => ContainerFacts

/** State that the learners of a cluster have saved there, as recommendations of the same learner for each goal. */
export async function learnedFromCheckpoints(
  client: KubeClient,
  { recommendations }: Pick<ClusterReading, 'recommendations'>,
  {
    namespaces,
    nowSeconds,
    signal,
  }: {
    readonly namespaces?: readonly string[] | undefined
    readonly nowSeconds: number
    readonly signal?: AbortSignal | undefined
  },
): Promise<{ readonly add: Add; readonly notes: readonly Note[] }> {
  const notes: Note[] = []
  const learned = new Map<string, Partial<Record<Goal, ContainerRecommendation>>>()
  const unreadable: string[] = []
  const tolerate = tolerating((what, { message }) => {
    notes.push({ code: 'NotReadable', says: `${what} could not be read: ${message}` })
  })
  const readAll = async () => {
    for (const namespace of namespaces ?? [undefined]) {
      const report = (name: string) => unreadable.push(name)
      for await (const { namespace: of, name, state } of readCheckpoints(client, report, signal, namespace)) {
        try {
          recommendEach(state, nowSeconds, learned)
        } catch {
          unreadable.push(`${of}/${name}`)
        }
      }
    }
  }
  await tolerate('State of the learner', readAll(), undefined)
  if (unreadable.length > 0) {
    notes.push({
      code: 'NotReadable',
      says: `${unreadable.length} objects with the learner's state could not be read, such as ${unreadable[0]}.`,
    })
  }
  if (learned.size === 0 && recommendations.size === 0) {
    notes.push({
      code: 'NotLearned',
      says: 'Nothing has been learned in this cluster, and no history was given, so there are no recommendations.',
      act: 'Give --prometheus or --history, or install Plimsoll and label a namespace plimsoll.dev/mode=observe.',
    })
  }
  return {
    add: (workload, container) => {
      const its = learned.get(containerKey({ workload, container: container.name }))
      return its ? { ...container, learned: its } : container
    },
    notes,
  }
}

function recommendEach(
  state: Uint8Array,
  nowSeconds: number,
  learned: Map<string, Partial<Record<Goal, ContainerRecommendation>>>,
): void {
  const learner = restoreLearner(state)
  for (const workload of learner.workloads()) {
    for (const goal of Goal.options) {
      const terms: DecisionTerms = { prices: GOAL_PRICES[goal], cadence: '24h' }
      for (const one of learner.recommend(workload, nowSeconds, terms).containers) {
        const key = containerKey({ workload, container: one.name })
        learned.set(key, { ...learned.get(key), [goal]: one })
      }
    }
  }
}

const OF_A_MOMENT: Note = {
  code: 'UsageOfAMoment',
  says: 'Usage is the current usage from the metrics API, which says little about what a workload needs on a busy day.',
  act: 'Give --prometheus or --history.',
}

/** Usage of Pods at the time of the learner's last publication. */
export function usageAsPublished({ used }: NonNullable<ClusterReading['published']>): {
  readonly add: Add
  readonly notes: readonly Note[]
} {
  const note: Note = {
    code: 'UsageOfAMoment',
    says: 'Usage is the last usage that the learner has read, which says little about what a workload needs on a busy day.',
  }
  return {
    add: (workload, container) => {
      const momentary = used.get(containerKey({ workload, container: container.name }))
      return momentary ? { ...container, momentary } : container
    },
    notes: used.size > 0 ? [note] : [],
  }
}

/** Current usage of Pods according to the metrics API, which has no history. */
export async function usageOfMoment(
  client: KubeClient,
  { pods }: Pick<ClusterReading, 'pods'>,
  signal?: AbortSignal,
): Promise<{ readonly add: Add; readonly notes: readonly Note[] }> {
  const owners = new Map(pods.map(({ workload, pod }) => [`${workload.namespace}/${pod}`, workload]))
  const containers = new Map<string, WorkloadContainer>()
  const warnings: Note[] = []
  const containerOf = (namespace: string, pod: string, container: string) => {
    const workload = owners.get(`${namespace}/${pod}`)
    if (!workload) return undefined
    const key = containerKey({ workload, container })
    const known = containers.get(key) ?? { workload, container }
    containers.set(key, known)
    return known
  }
  const api = new MetricsApi(client, containerOf, {
    nowSeconds: () => Date.now() / 1000,
    onWarning: (says) => warnings.push({ code: 'Warning', says }),
  })
  const sums = new Map<string, { count: number; cores: number; bytes: number }>()
  try {
    for (const namespace of new Set(pods.map(({ workload }) => workload.namespace))) {
      for (const { container, cpuCores, memoryBytes } of await api.sample(namespace, signal)) {
        if (Number.isNaN(cpuCores) || Number.isNaN(memoryBytes)) continue
        const sum = sums.get(containerKey(container)) ?? { count: 0, cores: 0, bytes: 0 }
        sums.set(containerKey(container), {
          count: sum.count + 1,
          cores: sum.cores + cpuCores,
          bytes: sum.bytes + memoryBytes,
        })
      }
    }
  } catch (error) {
    if (!(error instanceof KubeError)) throw error
    const says = `The metrics API returns no usage (${error.message}), and no history was given, so usage is unknown.`
    return {
      add: (_, container) => container,
      notes: [{ code: 'UsageMissing', says, act: 'Give --prometheus or --history.' }],
    }
  }
  return {
    add: (workload, container) => {
      const sum = sums.get(containerKey({ workload, container: container.name }))
      if (!sum) return container
      return { ...container, momentary: { cpuCores: sum.cores / sum.count, memoryBytes: sum.bytes / sum.count } }
    },
    notes: pods.length > 0 ? [OF_A_MOMENT, ...warnings] : [],
  }
}
