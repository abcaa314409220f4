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
    approver: UserName.describe('User name of whoever writes this: the API server refuses any other.'),
    expires: ActorTimestamp.describe('From then on what is new asks again; what is applied stays.'),
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
        'The values that were approved; until it expires, what is learned within a step of them is applied too.',
      ),
  })
  .describe('What somebody who may `approve` this Recommendation agreed to.')
  .meta({ 'x-kubernetes-map-type': 'atomic' })
export type Approval = z.infer<typeof Approval>

const Action = z.object({ by: UserName.describe('User name of whoever writes this.'), reason: Note.optional() })

/** Spec of a Recommendation. People write it and the learner reads it; the learner itself writes only `workload`. */
export const RecommendationSpec = z.object({
  workload: z
    .object({
      kind: z
        .string()
        .min(1)
        .max(MAX_KIND)
        .describe(
          'Kind of the owner; where several API groups may have it, with the group: StatefulSet.apps.kruise.io.',
        ),
      name: z.string().min(1).max(253),
    })
    .describe('Whose Pods this is for, in the namespace of this object.')
    .meta({
      'x-kubernetes-map-type': 'atomic',
      'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'the workload cannot be changed' }],
    }),
  approval: Approval.optional(),
  rejection: Action.extend({ revision: z.int().min(1).describe('The pending revision that is not wanted.') })
    .describe('Until something else is learned, it is not offered again.')
    .meta({ 'x-kubernetes-map-type': 'atomic' })
    .optional(),
  hold: Action.extend({ until: ActorTimestamp.optional().describe('Until it is taken away, where it is absent.') })
    .describe('Nothing new is applied.')
    .meta({ 'x-kubernetes-map-type': 'atomic' })
    .optional(),
  rollback: Action.extend({ revision: z.int().min(1).describe('The applied revision to take back.') })
    .describe('Taken back to the last good revision, or else to what the author wrote.')
    .meta({ 'x-kubernetes-map-type': 'atomic' })
    .optional(),
  applyNow: Action.extend({ revision: z.int().min(1).describe('The applied revision that running Pods get now.') })
    .describe('Pods that run get it without waiting for each other, or for a change window.')
    .meta({ 'x-kubernetes-map-type': 'atomic' })
    .optional(),
})
export type RecommendationSpec = z.infer<typeof RecommendationSpec>
