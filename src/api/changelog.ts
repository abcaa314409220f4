import { z } from 'zod'
import { Confidence, ContainerKey, MAX_CONTAINERS, Note, Quantity, Timestamp, UserName } from './fields.ts'

export const Waiting = z
  .object({
    because: z
      .enum(['Held', 'Frozen', 'ChangeWindow', 'Young', 'SloBurning', 'SloMissing'])
      .describe(
        'Held: somebody paused the workload. Frozen: the namespace or the cluster is frozen. ChangeWindow: no change window is open. Young: too few days are known to lower values. SloBurning: the error budget of an SLO burns, so nothing is lowered. SloMissing: the state of an SLO is unknown, so nothing is lowered.',
      ),
    until: Timestamp.optional().describe('When it ends, if that is known.'),
    message: Note.describe('For people.'),
  })
  .describe('Why learned values are not applied now.')
  .meta({ 'x-kubernetes-map-type': 'atomic' })
export type Waiting = z.infer<typeof Waiting>

/** Number of changelog entries that are kept. The newest is the last. */
export const CHANGELOG_LENGTH = 20
/**
 * Number of value changes that are kept in all entries together; the newest entry is always kept whole. 20 entries with two
 * containers each fit, while a workload of many containers does not take 20 times its size in etcd.
 */
export const CHANGELOG_VALUES = 80
/** Most value changes in one entry: two resources of each container. */
export const MOST_CHANGES = 2 * MAX_CONTAINERS

const WrittenValues = z.object({ request: Quantity.optional(), limit: Quantity.optional() })
export type WrittenValues = z.infer<typeof WrittenValues>

export const ValueChange = z
  .object({
    container: ContainerKey,
    resource: z.enum(['cpu', 'memory']),
    from: WrittenValues.optional().describe('Values before; absent if there were none.'),
    to: WrittenValues.optional().describe('Values after; absent if there are none.'),
  })
  .describe('The values of one resource of one container, before and after.')
export type ValueChange = z.infer<typeof ValueChange>

/** What can happen to the applied values: a change, or something that keeps them from changing. */
export const ChangeReason = z.enum([
  ...['Learned', 'Approved', 'RaisedAfterOomKill', 'RaisedForPressure', 'CanaryPassed', 'RolledBack', 'Autoscaler'],
  ...['Rejected', 'ApprovalExpired', 'Held', 'Frozen', 'ChangeWindow', 'SloBurning', 'SloMissing', 'Resumed'],
] as const)
export type ChangeReason = z.infer<typeof ChangeReason>

export const Change = z
  .object({
    time: Timestamp,
    reason: ChangeReason,
    by: UserName.describe('`plimsoll`, or the user who approved, rejected, held or rolled back.'),
    revision: z
      .int()
      .min(1)
      .optional()
      .describe("The revision that was applied, rejected or had been approved; absent: the author's values."),
    from: z.int().min(1).optional().describe("The revision that was applied before; absent: the author's values."),
    confidence: Confidence.optional().describe('The lowest confidence of the applied values.'),
    changes: z.array(ValueChange).max(MOST_CHANGES).optional(),
    message: Note.optional().describe('For people.'),
  })
  .describe('One change of the applied values, or of whether they may change.')
  .meta({ 'x-kubernetes-map-type': 'atomic' })
export type Change = z.infer<typeof Change>
