import type { ExperimentStatus } from '../api/index.ts'
import type { ExperimentObject } from './objects.ts'
import type { Observed } from './observed.ts'
import type { Step } from './step.ts'

export type StepOf<What extends Step['do']> = Extract<Step, { readonly do: What }>

/** What experiments ask of the API server. Every write is refused with `Conflict` if what it changes has changed since it was read. */
export interface ExperimentApi {
  /** Reads what the next step of an experiment depends on; undefined if the experiment is gone. */
  observe(
    of: { readonly namespace: string; readonly name: string },
    others: readonly ExperimentObject[],
    signal: AbortSignal,
  ): Promise<Observed | undefined>
  writeStatus(experiment: ExperimentObject, status: ExperimentStatus, signal: AbortSignal): Promise<void>
  setFinalizers(experiment: ExperimentObject, finalizers: readonly string[], signal: AbortSignal): Promise<void>
  takeLease(observed: Observed, holder: string, signal: AbortSignal): Promise<void>
  releaseLease(observed: Observed, signal: AbortSignal): Promise<void>
  patchTarget(namespace: string, step: StepOf<'patch target'>, signal: AbortSignal): Promise<void>
  patchAutoscaler(namespace: string, step: StepOf<'patch autoscaler'>, signal: AbortSignal): Promise<void>
  returnFields(namespace: string, step: StepOf<'return fields'>, signal: AbortSignal): Promise<void>
  createLoad(experiment: ExperimentObject, step: StepOf<'create load'>, signal: AbortSignal): Promise<void>
  deleteLoad(experiment: ExperimentObject, step: StepOf<'delete load'>, signal: AbortSignal): Promise<void>
}
