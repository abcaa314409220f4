import type { FleetWorkload } from '../fleet/index.ts'
import type { Cadence } from '../learner/index.ts'
import { type Effective, isOptedOut, runningOf } from '../policy/index.ts'

/**
 * How often a workload is decided on: every hour where its Pods can be resized while they run, because a value can then follow usage.
 * Else every day, because only new Pods get values.
 *
 * @param canResize whether running Pods can be resized (`ResizeAbility`)
 */
export function cadenceOf(
  {
    labels,
    pods,
  }: Pick<FleetWorkload, 'labels'> & {
    readonly pods: readonly { readonly placement: Pick<FleetWorkload['pods'][number]['placement'], 'applyRunning'> }[]
  },
  effective: Pick<Effective, 'running'>,
  canResize: boolean,
): Cadence {
  const reachesRunning = pods.some(({ placement }) => runningOf(effective, placement.applyRunning) !== 'never')
  return canResize && reachesRunning && !isOptedOut(labels) ? '1h' : '24h'
}
