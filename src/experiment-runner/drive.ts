import type { ExperimentApi } from './api.ts'
import { identityOf } from './context.ts'
import type { Observed } from './observed.ts'
import { FINALIZER, type Step } from './step.ts'

/**
 * Carries out one step.
 *
 * @throws KubeError `Conflict` if something has changed since it was read
 */
export async function drive(step: Step, observed: Observed, api: ExperimentApi, signal: AbortSignal): Promise<void> {
  const { experiment } = observed
  const { namespace, finalizers = [] } = experiment.metadata
  switch (step.do) {
    case 'nothing':
      return
    case 'write status':
      return await api.writeStatus(experiment, step.status, signal)
    case 'add finalizer':
      return await api.setFinalizers(experiment, [...finalizers, FINALIZER], signal)
    case 'remove finalizer':
      return await api.setFinalizers(
        experiment,
        finalizers.filter((one) => one !== FINALIZER),
        signal,
      )
    case 'take lease':
      return await api.takeLease(observed, identityOf(experiment), signal)
    case 'release lease':
      return await api.releaseLease(observed, signal)
    case 'patch target':
      return await api.patchTarget(namespace, step, signal)
    case 'patch autoscaler':
      return await api.patchAutoscaler(namespace, step, signal)
    case 'return fields':
      return await api.returnFields(namespace, step, signal)
    case 'create load':
      return await api.createLoad(experiment, step, signal)
    case 'delete load':
      return await api.deleteLoad(experiment, step, signal)
  }
}
