import {
  DEFAULT_TRIALS,
  type ExperimentLoad,
  type ExperimentSpec,
  LOAD_SECONDS,
  secondsOf,
  WARM_UP_SECONDS,
} from '../api/index.ts'

/** How long Pods may take to end before a trial. */
export const STOP_SECONDS = 600
/** How long Pods may take to become ready. */
export const START_SECONDS = 300
/** How long the scheduler may find no room for a Pod. */
export const UNSCHEDULABLE_SECONDS = 60
/** How long the load generator may wait for room. */
export const LOAD_WAIT_SECONDS = 180
export const HEARTBEAT_SECONDS = 30
/** After this time without a heartbeat, another experiment may take the Lease. */
export const LEASE_SECONDS = 180
/** How long an experiment whose target does not exist waits for it. */
export const TARGET_WAIT_SECONDS = 120
/** How long the Pods of a restored StatefulSet may take to end before it is scaled up again. */
export const RESTORE_SECONDS = 60
const MOST_SECONDS = 86_400
/** What a load may take longer than it says, to start and to report. */
const LOAD_MARGIN_SECONDS = 120
/** Deadline of loads that know themselves how long they run. */
const SCRIPT_SECONDS = 1800

/** When Kubernetes ends a load. */
export function loadDeadlineSeconds({ duration, warmUp, http, locust }: ExperimentLoad): number {
  const knowsItself = !http && !locust && duration === undefined
  if (knowsItself) return SCRIPT_SECONDS
  const seconds = duration === undefined ? LOAD_SECONDS : secondsOf(duration)
  return seconds + (warmUp === undefined ? WARM_UP_SECONDS : secondsOf(warmUp)) + LOAD_MARGIN_SECONDS
}

/** When an experiment ends at the latest, counted from its start. */
export function deadlineSeconds({ deadline, loads, maxTrials = DEFAULT_TRIALS }: ExperimentSpec): number {
  if (deadline !== undefined) return Math.min(MOST_SECONDS, secondsOf(deadline))
  const load = loads.reduce((sum, one) => sum + loadDeadlineSeconds(one), 0)
  return Math.min(MOST_SECONDS, (maxTrials + 2) * (load + START_SECONDS))
}

export function secondsSince(time: string | undefined, now: Date): number {
  const since = Date.parse(time ?? '')
  return Number.isNaN(since) ? 0 : (now.getTime() - since) / 1000
}
