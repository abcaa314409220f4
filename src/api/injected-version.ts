import { z } from 'zod'
import type { FurtherVersion } from './crd.ts'
/** Name of the version of `Recommendation` that webhooks read. It sorts after `v1alpha1`, which is the one for people. */
export const INJECTED_VERSION = 'injected'

/** An object whose fields are those of the stored version. */
const asStored = () => z.object({}).meta({ 'x-kubernetes-preserve-unknown-fields': true })

/**
 * The version that webhooks read (docs/decisions/0089): what is injected, and columns that contain all of it. Its schema has nothing
 * else, so that the API server drops the rest. Nobody can write through it, because what it does not know would be lost.
 */
export const injectedVersion: FurtherVersion = {
  name: INJECTED_VERSION,
  description: 'The part of a Recommendation that webhooks read. Read-only: write v1alpha1.',
  properties: {
    spec: z.object({ workload: asStored() }),
    status: z.object({
      applied: z.object({ revision: z.int(), containers: z.array(asStored()) }).optional(),
      canary: asStored().optional(),
      startup: asStored().optional(),
    }),
  },
  rules: [
    { rule: 'false', message: 'write version v1alpha1: this version contains only injected values' },
    // The API server accepts an update that changes nothing in spite of the rule above, and would store what is left of the
    // object. It never does so where a rule compares with the old object.
    {
      rule: 'oldSelf.metadata.name != oldSelf.metadata.name',
      message: 'write version v1alpha1: this version contains only injected values',
    },
  ],
  // Names and meanings are an interface: during an upgrade, each version of Plimsoll reads the other's columns. What changes gets a
  // new column. Values that are not text come as JSON.
  columns: [
    { name: 'Namespace', type: 'string', jsonPath: '.metadata.namespace' },
    { name: 'Kind', type: 'string', jsonPath: '.spec.workload.kind' },
    { name: 'Workload', type: 'string', jsonPath: '.spec.workload.name' },
    { name: 'Applied', type: 'integer', jsonPath: '.status.applied.revision' },
    { name: 'Injected', type: 'string', jsonPath: '.status.applied.containers' },
    { name: 'Canary', type: 'string', jsonPath: '.status.canary' },
    { name: 'Startup', type: 'string', jsonPath: '.status.startup' },
  ],
}
