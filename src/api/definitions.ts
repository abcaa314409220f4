import { z } from 'zod'
import { customResourceDefinition } from './crd.ts'
import { injectedVersion } from './injected-version.ts'
import { StoredStatus } from './recommendation.ts'
import { RecommendationSpec } from './spec.ts'

/** CustomResourceDefinition of `Recommendation`. `kubectl get rec` reads like a report. */
export function recommendationDefinition(): Record<string, unknown> {
  return customResourceDefinition({
    kind: 'Recommendation',
    plural: 'recommendations',
    shortNames: ['rec'],
    description:
      'What the Pods of one workload should request, as Plimsoll learned it. People write spec, the learner writes status.',
    properties: { spec: RecommendationSpec, status: StoredStatus },
    // One object for each workload. Longer names end in a digest, which CEL cannot make.
    rules: [
      {
        rule: "size(self.spec.workload.kind + '-' + self.spec.workload.name) > 253 || self.metadata.name == (self.spec.workload.kind + '-' + self.spec.workload.name).lowerAscii()",
        message: 'the name must be <kind>-<name> of the workload, in lower case',
      },
    ],
    columns: [
      { name: 'Mode', type: 'string', jsonPath: '.status.mode' },
      {
        name: 'CPU',
        type: 'string',
        jsonPath: '.status.summary.cpu',
        description: 'Requests of all containers, now -> learned',
      },
      {
        name: 'Memory',
        type: 'string',
        jsonPath: '.status.summary.memory',
        description: 'Requests of all containers, now -> learned',
      },
      {
        name: 'Confidence',
        type: 'string',
        jsonPath: '.status.summary.confidence',
        description: 'The lowest of all containers and resources',
      },
      { name: 'State', type: 'string', jsonPath: '.status.state' },
      {
        name: 'SLO',
        type: 'string',
        jsonPath: '.status.summary.slo',
        description: 'State of the worst SLO',
        priority: 1,
      },
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
      { name: 'Goal', type: 'string', jsonPath: '.status.learned.goal', priority: 1 },
      {
        name: 'Applied',
        type: 'integer',
        jsonPath: '.status.applied.revision',
        description: 'Revision that is injected',
        priority: 1,
      },
      {
        name: 'Learned',
        type: 'integer',
        jsonPath: '.status.learned.revision',
        description: 'The newest revision',
        priority: 1,
      },
    ],
    further: injectedVersion,
  })
}

/**
 * State of the learner for one workload, compressed with Brotli, in base64. A restarted learner continues from it if no
 * Prometheus keeps the history.
 */
export const Checkpoint = z.object({
  savedAt: z.iso.datetime(),
  /** State in base64. etcd accepts requests of up to 1.5 MiB; a workload of 128 containers needs less than half of this limit. */
  state: z
    .string()
    .max(1_000_000)
    .regex(/^[A-Za-z0-9+/]*={0,2}$/),
})
export type Checkpoint = z.infer<typeof Checkpoint>

/** CustomResourceDefinition of `RecommendationCheckpoint`: a separate type, so that webhooks do not watch it. */
export function checkpointDefinition(): Record<string, unknown> {
  return customResourceDefinition({
    kind: 'RecommendationCheckpoint',
    plural: 'recommendationcheckpoints',
    shortNames: ['reccp'],
    description:
      'What the learner knows about one workload, so that it continues from there after a restart. Internal.',
    properties: { status: Checkpoint },
    columns: [{ name: 'Saved', type: 'date', jsonPath: '.status.savedAt' }],
  })
}
