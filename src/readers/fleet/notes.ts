import { CPU_METRIC, MEMORY_METRIC, type UsageColumns } from '../../history/index.ts'
import { type Note, plural, type WorkloadFacts } from '../../insight/index.ts'
import type { Workload } from '../../workloads/index.ts'
import type { Usage } from './usage.ts'

const DAY_SECONDS = 86_400
/** A history of fewer days is reported as short. */
const SHORT_DAYS = 7

export const NOTHING_ASKED: Note = {
  code: 'RequestsMissing',
  says: 'A history of usage does not contain what Pods request: requests are shown as "?", and savings are unknown.',
  act: 'Use --pods for manifests, or --cluster to read the cluster of your kubeconfig as well.',
}

export const NO_TROUBLES: readonly Note[] = [
  {
    code: 'OomKillsMissing',
    says: 'A history of usage does not contain OOM kills.',
    act: 'Give --prometheus or --cluster.',
  },
  { code: 'ThrottlingMissing', says: 'A history of usage does not contain throttling.', act: 'Give --prometheus.' },
]

/** Notes about a history that is too short. */
export function doubtsOf(
  { history: { firstSeconds, lastSeconds } }: Usage,
  workloads: readonly WorkloadFacts[],
): Note[] {
  const notes: Note[] = [...(['cpu', 'memory'] as const).flatMap((resource) => withoutUsage(resource, workloads))]
  const days = (lastSeconds - firstSeconds) / DAY_SECONDS
  if (days < SHORT_DAYS) {
    const span = days >= 1 ? `${days.toFixed(1)} days` : plural(Math.max(1, Math.round(days * 24 * 60)), 'minute')
    notes.push({
      code: 'UsageShort',
      says: `The history is ${span} long: the recommendations are not reliable yet.`,
      act: 'A week is much better, and 14 days show the trend.',
    })
  }
  const unlearned = workloads.filter(({ containers }) =>
    containers.every(({ learned }) => learned === undefined),
  ).length
  if (unlearned > 0) {
    notes.push({
      code: 'NotLearned',
      says: `Too little is known about ${plural(unlearned, 'workload')} for a recommendation, which takes a day of history.`,
    })
  }
  return notes
}

const METRICS = { cpu: CPU_METRIC, memory: MEMORY_METRIC } as const
const SPELLED = { cpu: 'CPU', memory: 'memory' } as const

/** A note about the containers for which the history has usage of only the other resource. */
function withoutUsage(resource: keyof typeof METRICS, workloads: readonly WorkloadFacts[]): Note[] {
  const without = workloads.flatMap(({ workload: { namespace, name }, containers }) =>
    containers.flatMap((one) => (one.usage && !has(one.usage, resource) ? `${namespace}/${name} ${one.name}` : [])),
  )
  if (without.length === 0) return []
  const what = SPELLED[resource]
  return [
    {
      code: 'UsageMissing',
      says: `The history has no ${what} usage of ${plural(without.length, 'container')}, such as ${without[0]}: their usage and recommendation is shown as "?".`,
      act: `Check that it has ${METRICS[resource]} for them, with at least two samples an hour.`,
    },
  ]
}

function has(usage: UsageColumns, resource: keyof typeof METRICS): boolean {
  for (let i = 0; i < usage.length; i++) {
    const { cpuCores, memoryBytes } = usage.sampleAt(i)
    if (!Number.isNaN(resource === 'cpu' ? cpuCores : memoryBytes)) return true
  }
  return false
}

/** Age of the newest data on Pods from which Prometheus counts as delayed. */
const BEHIND_SECONDS = 900

export function behindNotes(seconds: number): Note[] {
  if (seconds < BEHIND_SECONDS) return []
  const says = `The newest data on Pods in this Prometheus is ${plural(Math.round(seconds / 60), 'minute')} old, so requests are as of that time.`
  return [{ code: 'StoreBehind', says }]
}

/** Workloads that a note names. */
const MOST_NAMED = 3

export function goneNote(gone: readonly Workload[]): Note {
  const named = gone.slice(0, MOST_NAMED).map(({ namespace, name }) => `${namespace}/${name}`)
  const rest = gone.length > named.length ? ', …' : ''
  const verb = gone.length === 1 ? 'is' : 'are'
  const says =
    `${plural(gone.length, 'workload')} of the history no longer ran at its end, and ${verb} left out: ` +
    `${named.join(', ')}${rest}.`
  return { code: 'PodsLeftOut', says }
}

export const REPLICAS_MISSING: Note = {
  code: 'ReplicasMissing',
  says: 'The history has no names of Pods, so each of its workloads counts as one Pod.',
  act: 'Add a column "pod".',
}
