import { type ExperimentStatus, isoSeconds, type OriginalTarget, targetsOf } from '../api/index.ts'
import type { Experiment } from '../experiments/index.ts'
import type { SettingOfContainer } from './fields.ts'
import type { Limits } from './limits.ts'
import type { Circumstances, Observed } from './observed.ts'
import { problemOf, seedOf, settingsOf, workloadsOf } from './problem.ts'
import { conditionsOf, reportOf } from './report.ts'
import type { Step } from './step.ts'
import type { Ours } from './target-state.ts'

/** An experiment that has begun, with what follows from its spec and status. */
export interface Begun {
  readonly observed: Observed
  readonly circumstances: Circumstances
  readonly status: ExperimentStatus
  readonly originals: readonly OriginalTarget[]
  readonly experiment: Experiment
  readonly limits: Limits
}

export function begunOf(observed: Observed, circumstances: Circumstances): Begun {
  const { experiment: object, rules } = observed
  const status = object.status ?? {}
  const originals = status.originals ?? []
  const workloads = workloadsOf(originals)
  const asked = { settings: circumstances.settings, rules, seed: seedOf(object.metadata.uid) }
  const problem = problemOf(object.spec, workloads, status.trials ?? [], asked)
  return { observed, circumstances, status, originals, ...problem }
}

/** What of the i-th target may be ours. */
export function oursOf({ observed, status, originals }: Begun, i: number): Ours {
  const original = originals[i]!
  // Of every trial: where the API server refuses a trial, targets keep what an earlier one set.
  const trials = (status.trials ?? []).toReversed()
  const configurations = [...(status.current ? [status.current] : []), ...trials].map((trial) => trial.configuration)
  const settings: SettingOfContainer[] = settingsOf(observed.experiment.spec, workloadsOf(originals))
    .filter(({ workload }) => workload === original.name)
    .map(({ of }) => of)
  return { original, configurations, settings }
}

/** The i-th target as it was read, if it is still the same object. */
export function targetAt({ observed, originals }: Begun, i: number) {
  const { object, pods } = observed.targets[i] ?? { object: undefined, pods: [] }
  return object && object.metadata.uid === originals[i]?.uid ? { object, pods } : undefined
}

/** A write of the status, with the fields that follow from the others. */
export function writing(
  { observed, circumstances }: Pick<Begun, 'observed' | 'circumstances'>,
  next: ExperimentStatus,
): Step {
  const { metadata } = observed.experiment
  const now = isoSeconds(circumstances.now)
  const generation = metadata.generation ?? 0
  const status: ExperimentStatus = { ...next, observedGeneration: generation, heartbeat: now }
  return { do: 'write status', status: { ...status, conditions: conditionsOf(status, generation, now) } }
}

/** The same, with the results of the trials so far. */
export function reporting(begun: Begun, next: ExperimentStatus): Step {
  const { spec } = begun.observed.experiment
  const workloads = workloadsOf(begun.originals)
  const { settings } = begun.circumstances
  const asked = { settings, rules: begun.observed.rules, seed: begun.experiment.seed }
  const problem = problemOf(spec, workloads, next.trials ?? [], asked)
  return writing(begun, { ...next, ...reportOf(spec, next, problem) })
}

/** Ends the trials: from here on, what was changed is restored. */
export function ending(begun: Begun, reason: string, message: string): Step {
  const endedAt = isoSeconds(begun.circumstances.now)
  return reporting(begun, { ...begun.status, phase: 'Restoring', reason, message: message.slice(0, 2000), endedAt })
}

export function identityOf({ metadata: { name, uid } }: Observed['experiment']): string {
  return `${name}/${uid}`
}

/** How the status of an experiment says that it runs. */
export function runningOf(observed: Observed) {
  return { phase: 'Running', reason: 'Running', message: `trying configurations of ${namesOf(observed)}` } as const
}

/** Names of the targets for people. */
export function namesOf({ experiment: { spec } }: Observed): string {
  return targetsOf(spec)
    .map(({ kind, name }) => `${kind} ${name}`)
    .join(', ')
}
