import { type Note, plural, type WorkloadFacts } from '../../insight/index.ts'
import type { Workload } from '../../workloads/index.ts'
import type { Usage } from './usage.ts'

const DAY_SECONDS = 86_400
/** A history of fewer days says little. */
const SHORT_DAYS = 7

export const NOTHING_ASKED: Note = {
  code: 'RequestsMissing',
  says: 'A history of usage does not tell what Pods ask for: it is shown as "?", and what is saved is not known.',
  act: 'Give --pods for manifests, or --cluster to ask the cluster of your kubeconfig as well.',
}

export const NO_TROUBLES: readonly Note[] = [
  {
    code: 'OomKillsMissing',
    says: 'A history of usage does not tell of OOM kills.',
    act: 'Give --prometheus or --cluster.',
  },
  { code: 'ThrottlingMissing', says: 'A history of usage does not tell of throttling.', act: 'Give --prometheus.' },
]

/** Notes on what a history is too short for. */
export function doubtsOf(
  { history: { firstSeconds, lastSeconds } }: Usage,
  workloads: readonly WorkloadFacts[],
): Note[] {
  const notes: Note[] = []
  const days = (lastSeconds - firstSeconds) / DAY_SECONDS
  if (days < SHORT_DAYS) {
    const span = days >= 1 ? `${days.toFixed(1)} days` : plural(Math.max(1, Math.round(days * 24 * 60)), 'minute')
    notes.push({
      code: 'UsageShort',
      says: `The history is ${span} long: what was learned from it is not sure yet.`,
      act: 'A week says much more, and a fortnight shows the trend.',
    })
  }
  const unlearned = workloads.filter(({ containers }) =>
    containers.every(({ learned }) => learned === undefined),
  ).length
  if (unlearned > 0) {
    notes.push({
      code: 'NotLearned',
      says: `Of ${plural(unlearned, 'workload')} too little is known to say what they need: that takes a day of history.`,
    })
  }
  return notes
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
  says: 'The history does not name Pods: each of its workloads counts as one Pod.',
  act: 'Give it a column "pod".',
}
