import { z } from 'zod'
import {
  ActorTimestamp,
  ContainerKey,
  MAX_CONTAINERS,
  MAX_KIND,
  NOT_ABOVE_LIMIT,
  Note,
  Quantity,
  UserName,
} from './fields.ts'

/** Approved values of one resource of one container. */

const ApprovedResource = z
  .object({ request: Quantity, limit: Quantity.optional() })
  .meta({ 'x-kubernetes-validations': [NOT_ABOVE_LIMIT] })

export const Approval = z
  .object({
    revision: z.int().min(1).describe('The pending revision that was approved.'),
    approver: UserName.describe('Your user name: the API server refuses any other.'),
    expires: ActorTimestamp.describe('From then on, new values need approval again; applied values stay.'),
    containers: z
      .array(
        z.object({
          name: ContainerKey.describe('The container, or the container and a class of nodes: agent, agent@cpu=16.'),
          cpu: ApprovedResource.optional(),
          memory: ApprovedResource.optional(),
        }),
      )
      .min(1)
      .max(MAX_CONTAINERS)
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] })
      .describe(
        'The approved values; until the approval expires, learned values within a step of them are applied, too.',
      ),
  })
  .describe('Approval by somebody who may `approve` this Recommendation.')
  .meta({ 'x-kubernetes-map-type': 'atomic' })
export type Approval = z.infer<typeof Approval>

const Action = z.object({ by: UserName.describe('Your user name.'), reason: Note.optional() })

/** Spec of a Recommendation. People write it and the learner reads it; the learner itself writes only `workload`. */
export const RecommendationSpec = z.object({
  workload: z
    .object({
      kind: z
        .string()
        .min(1)
        .max(MAX_KIND)
        .describe('Kind of the workload, with its API group if the kind is ambiguous: StatefulSet.apps.kruise.io.'),
      name: z.string().min(1).max(253),
    })
    .describe('The workload that this is for, in the namespace of this object.')
    .meta({
      'x-kubernetes-map-type': 'atomic',
      'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'the workload cannot be changed' }],
    }),
  approval: Approval.optional(),
  rejection: Action.extend({ revision: z.int().min(1).describe('The pending revision to reject.') })
    .describe('Rejects the pending revision until something else is learned.')
    .meta({ 'x-kubernetes-map-type': 'atomic' })
    .optional(),
  hold: Action.extend({
    until: ActorTimestamp.optional().describe('End of the hold; if absent, it lasts until you remove it.'),
  })
    .describe('Pauses changes to the workload.')
    .meta({ 'x-kubernetes-map-type': 'atomic' })
    .optional(),
  rollback: Action.extend({ revision: z.int().min(1).describe('The applied revision to roll back.') })
    .describe("Rolls back to the last good revision, or else to the author's values.")
    .meta({ 'x-kubernetes-map-type': 'atomic' })
    .optional(),
  applyNow: Action.extend({ revision: z.int().min(1).describe('The applied revision that running Pods get now.') })
    .describe('Running Pods get it without waiting for each other, or for a change window.')
    .meta({ 'x-kubernetes-map-type': 'atomic' })
    .optional(),
})
export type RecommendationSpec = z.infer<typeof RecommendationSpec>
