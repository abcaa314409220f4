import type { ExperimentSpec, ExperimentStatus } from '../api/index.ts'
import type { ServedTrial } from '../slos/index.ts'
import { replicasOf, settingsThatDiffer } from './for-production.ts'

/**
 * What the trials of an ended experiment show about latency against CPU. Only if the CPU of one container was varied: otherwise it is unknown
 * which of them requests waited for.
 *
 * @param container name of the container whose CPU was varied
 */
export function servedTrials(
  workload: string,
  container: string,
  {
    spec,
    status,
  }: {
    readonly spec: Pick<ExperimentSpec, 'vary'>
    readonly status: Pick<ExperimentStatus, 'trials' | 'originals'>
  },
): readonly ServedTrial[] {
  const key = `${workload}/${container} cpu`
  return (status.trials ?? []).flatMap((trial) => {
    const { configuration, outcome, loads = [] } = trial
    const varied = Object.keys(configuration).filter((name) => name.endsWith(' cpu'))
    if (outcome !== 'completed' || varied.length !== 1 || varied[0] !== key) return []
    if (settingsThatDiffer(spec, trial, status.originals).length > 0) return []
    const cores = configuration[key]! * replicasOf(workload, trial, status.originals)
    return loads.flatMap(({ requests, requestsPerSecond: load = 0, latencyMilliseconds }) => {
      const { p50, p90, p95, p99, max } = latencyMilliseconds
      const percentiles = (
        [
          [0.5, p50],
          [0.9, p90],
          [0.95, p95],
          [0.99, p99],
          [1, max],
        ] as const
      ).flatMap(([share, milliseconds]) => (milliseconds === undefined ? [] : [[share, milliseconds] as const]))
      return load > 0 && requests > 0 && percentiles.length > 1 ? [{ load, cores, requests, percentiles }] : []
    })
  })
}
