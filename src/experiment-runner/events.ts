import { EXPERIMENTS } from '../api/index.ts'
import type { Occurrence } from '../kube/index.ts'
import type { ExperimentObject } from './objects.ts'
import type { Step } from './step.ts'

/** What people hear of a step, as an Event of the Experiment; undefined for most steps. */
export function occurrenceOf({ metadata, status }: ExperimentObject, step: Step): Occurrence | undefined {
  if (step.do !== 'write status') return undefined
  const { phase, reason = 'Unknown', message = '', trials = [] } = step.status
  const regarding = {
    ...{ apiVersion: EXPERIMENTS.apiVersion, kind: EXPERIMENTS.kind },
    ...{ namespace: metadata.namespace, name: metadata.name, uid: metadata.uid },
  }
  const [last] = trials.slice(status?.trials?.length ?? 0)
  if (last) {
    const note = `Trial ${last.number}: ${last.outcome}${last.reason ? ` (${last.reason})` : ''}`
    return { regarding, type: 'Normal', reason: 'TrialEnded', action: 'Trying', note: note.slice(0, 1000) }
  }
  if (phase === status?.phase) return undefined
  const hasFailed = phase === 'Failed' || phase === 'Refused'
  const note = `${phase}: ${message}`.slice(0, 1000)
  return { regarding, type: hasFailed ? 'Warning' : 'Normal', reason: `Experiment${phase}`, action: reason, note }
}
