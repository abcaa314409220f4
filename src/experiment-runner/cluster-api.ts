import { EXPERIMENTS } from '../api/index.ts'
import type { Time } from '../clock/index.ts'
import { HPAS, type KubeClient, type KubeObject, LEASES, type ResourceType, unlessMissing } from '../kube/index.ts'
import type { ExperimentApi, StepOf } from './api.ts'
import { LEASE } from './lease-name.ts'
import { createLoad, deleteLoad, type LoadSettings } from './load-objects.ts'
import type { ExperimentObject } from './objects.ts'
import { observe } from './observe.ts'
import { FIELD_MANAGER } from './step.ts'
import { TARGET_TYPES } from './target-types.ts'
import { LEASE_SECONDS } from './times.ts'

const TYPES: Readonly<Record<StepOf<'return fields'>['kind'], ResourceType>> = {
  ...TARGET_TYPES,
  HorizontalPodAutoscaler: HPAS,
}

/** The API server, as experiments use it. */
export function clusterApi(client: KubeClient, settings: LoadSettings, time: Time): ExperimentApi {
  const owned = { fieldManager: FIELD_MANAGER }
  const nameOf = ({ metadata: { namespace, name } }: ExperimentObject) => ({ namespace, name })
  return {
    observe: (of, others, signal) => observe(client, settings, of, others, signal),
    writeStatus: async (experiment, status, signal) => {
      const { resourceVersion } = experiment.metadata
      const object = { metadata: { ...nameOf(experiment), resourceVersion }, status }
      await client.apply(EXPERIMENTS, object as KubeObject, { ...owned, signal, subresource: 'status', force: true })
    },
    setFinalizers: async (experiment, finalizers, signal) => {
      const { resourceVersion } = experiment.metadata
      const body = { metadata: { resourceVersion, finalizers } }
      await client.mergePatch(EXPERIMENTS, nameOf(experiment), body, { ...owned, signal, urgent: true })
    },
    takeLease: async ({ experiment, lease }, holderIdentity, signal) => {
      const { namespace } = experiment.metadata
      const renewTime = new Date(time.now()).toISOString().replace('Z', '000Z')
      const resourceVersion = lease?.resourceVersion
      const object = {
        metadata: { namespace, name: LEASE, ...(resourceVersion !== undefined && { resourceVersion }) },
        spec: { holderIdentity, renewTime, leaseDurationSeconds: LEASE_SECONDS },
      }
      const options = { signal, urgent: true }
      await (lease ? client.update(LEASES, object, options) : client.create(LEASES, object, options))
    },
    releaseLease: async ({ experiment }, signal) => {
      const { namespace } = experiment.metadata
      await client.delete(LEASES, { namespace, name: LEASE }, { signal, urgent: true }).catch(unlessMissing)
    },
    patchTarget: async (namespace, { target, resourceVersion, body }, signal) => {
      const patch = { ...body, metadata: { resourceVersion } }
      const options = { ...owned, signal, urgent: true }
      await client.strategicPatch(TYPES[target.kind], { namespace, name: target.name }, patch, options)
    },
    patchAutoscaler: async (namespace, { name, resourceVersion, behavior }, signal) => {
      const body = { metadata: { resourceVersion }, spec: { behavior } }
      await client.mergePatch(HPAS, { namespace, name }, body, { ...owned, signal, urgent: true })
    },
    returnFields: async (namespace, { kind, name, resourceVersion, managedFields }, signal) => {
      const body = { metadata: { resourceVersion, managedFields } }
      await client.mergePatch(TYPES[kind], { namespace, name }, body, { ...owned, signal, urgent: true })
    },
    createLoad: (experiment, { load, trial, hopeless }, signal) =>
      createLoad(client, settings, { experiment, load, trial, hopeless }, signal),
    deleteLoad: (experiment, { load, trial }, signal) => deleteLoad(client, { experiment, load, trial }, signal),
  }
}
