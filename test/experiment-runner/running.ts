import { systemTime } from '../../src/clock/index.ts'
import { ExperimentRunner, type RunnerOptions } from '../../src/experiment-runner/runner.ts'
import { createLogger } from '../../src/telemetry/index.ts'
import type { ModelCluster } from './model-cluster.ts'

const SETTINGS = { bounds: { cpu: {}, memory: {} }, prices: { coreHour: 0.03, gibHour: 0.004 }, image: 'plimsoll:test' }

export function runnerOf(cluster: ModelCluster, readSignals?: RunnerOptions['readSignals']): ExperimentRunner {
  return new ExperimentRunner({
    ...{ api: cluster, experiments: () => cluster.known(), settings: SETTINGS, logger: createLogger('silent') },
    ...{ usage: { measure: async () => undefined, keep: () => {} }, readSignals },
    time: { ...systemTime, now: () => cluster.now },
  })
}

/** Runs until nothing is left to do, or `until` holds. A process that dies has a successor, which knows nothing of it. */
export async function run(
  cluster: ModelCluster,
  {
    until = () => false,
    turns = 200,
    readSignals,
  }: { until?: (cluster: ModelCluster) => boolean; turns?: number; readSignals?: RunnerOptions['readSignals'] } = {},
): Promise<void> {
  const { signal } = new AbortController()
  let runner = runnerOf(cluster, readSignals)
  for (let turn = 0; turn < turns; turn++) {
    const state = await runner.pass(signal)
    if (cluster.isDead) {
      cluster.isDead = false
      cluster.kill = undefined
      runner = runnerOf(cluster, readSignals)
    } else if (state === 'idle' || until(cluster)) return
    cluster.actuate()
  }
  throw new Error(
    `the experiment did not end: ${JSON.stringify(cluster.experiment()?.status, undefined, 1).slice(0, 2000)}`,
  )
}
