import { z } from 'zod'

/**
 * API version of Plimsoll's types. The words in this file are those that settings, SizingPolicies, annotations and
 * Recommendations share.
 */

export const API_VERSION = 'plimsoll.dev/v1alpha1'

/** The price of under-provisioning relative to over-provisioning. */
export const Goal = z.enum(['savings', 'balanced', 'reliability'])
export type Goal = z.infer<typeof Goal>

/** What Plimsoll may do in a namespace (label `plimsoll.dev/mode`). */
export const Mode = z.enum(['observe', 'approve', 'auto'])
export type Mode = z.infer<typeof Mode>

/** How much depends on a workload, lowest first. A change that is not confident enough for it waits for approval. */
export const Criticality = z.enum(['low', 'medium', 'high', 'critical'])
export type Criticality = z.infer<typeof Criticality>

/**
 * What happens to a limit:
 * - `keep`: the author's limit stays, and caps the request;
 * - `ratio`: the author's ratio of limit to request stays;
 * - `headroom`: the learned limit (peak plus margin), also where the author wrote none;
 * - `none`: no new limit; an existing one is kept or raised, never below the learned peak.
 */
export const LimitPolicy = z.enum(['keep', 'ratio', 'headroom', 'none'])
export type LimitPolicy = z.infer<typeof LimitPolicy>

/**
 * What may happen to Pods that run when a revision is applied, the least first:
 * - `never`: nothing, only new Pods get it;
 * - `inPlace`: they are resized without a restart;
 * - `inPlaceOrRestart`: where a resize is not enough, they are restarted, one after another.
 */
export const ApplyRunning = z.enum(['never', 'inPlace', 'inPlaceOrRestart'])
export type ApplyRunning = z.infer<typeof ApplyRunning>

/** Whether a restart may take the last ready Pod of a workload: `annotated` asks the author of the Pod. */
export const LastReplica = z.enum(['never', 'annotated', 'always'])
export type LastReplica = z.infer<typeof LastReplica>

/** A duration: a whole number of seconds, minutes, hours or days, such as `30m`, `24h` or `2d`. */
export const Duration = z.string().regex(/^[1-9][0-9]{0,5}[smhd]$/, 'expected a time such as 30m, 24h or 2d')

const SECONDS_OF: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** Length of a `Duration` in seconds. */
export function secondsOf(duration: string): number {
  return Number.parseInt(duration, 10) * SECONDS_OF[duration.at(-1)!]!
}
