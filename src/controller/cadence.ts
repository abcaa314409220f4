import type { FleetWorkload } from '../fleet/index.ts'
import type { Cadence } from '../learner/index.ts'
import { type Effective, isOptedOut, runningOf } from '../policy/index.ts'

/**
 * How often to decide on a workload: every hour if its running Pods can be resized, because values can then follow usage; otherwise
 * every day, because only new Pods get values.
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
