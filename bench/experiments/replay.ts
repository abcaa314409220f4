import { readFileSync } from 'node:fs'
import type { Configuration, Experiment } from '../../src/experiments/index.ts'
import { seeded } from '../seeded.ts'
import { cheapestFeasible } from './cheapest.ts'
import { interpolate } from './interpolate.ts'
import type { Problem } from './problem.ts'

const CPU = 'petclinic/app cpu'
const MEMORY = 'petclinic/app memory'
const MIB = 2 ** 20

/** A trial that somebody ran. */
export interface RecordedTrial {
  readonly cpuCores: number
  readonly memoryBytes: number
  readonly responseMs: number
  readonly usedCores: number
  readonly peakBytes: number
  readonly errors: number
}

export function readRecordedTrials(path: string): RecordedTrial[] {
  const [head, ...lines] = readFileSync(path, 'utf8').trim().split('\n')
  const columns = head!.split(',')
  return lines.map((line) => {
    const cells = line.split(',')
    const of = (column: string) => Number(cells[columns.indexOf(column)])
    return {
      cpuCores: of('cpu_cores'),
      memoryBytes: of('memory_mib') * MIB,
      responseMs: of('response_ms'),
      usedCores: of('used_cpu_cores'),
      peakBytes: of('used_memory_max_mib') * MIB,
      errors: of('errors'),
    }
  })
}

/**
 * Recorded trials as a problem: the response time is interpolated between them (`interpolate.ts`), and scatters as much as theirs does. What is
 * nearest to a trial with errors is aborted.
 *
 * @param limitMs of the response time
 * @param baseline index of the trial that the experiment starts from
 */
export function replayProblem(
  recorded: readonly RecordedTrial[],
  limitMs: number,
  baseline: number,
  seed: number,
): Problem {
  const { cpuCores, memoryBytes } = recorded[baseline]!
  const bounds = (values: readonly number[]) => ({ min: Math.min(...values), max: Math.max(...values) })
  const container = { workload: 'petclinic', container: 'app' }
  const experiment: Experiment = {
    workloads: [{ name: 'petclinic', replicas: 1, containers: [{ name: 'app', cpuCores, memoryBytes }] }],
    parameters: [
      { kind: 'cpu', ...container, ...bounds(recorded.map(({ cpuCores }) => cpuCores)) },
      { kind: 'memory', ...container, ...bounds(recorded.map(({ memoryBytes }) => memoryBytes)) },
    ],
    limits: [{ measure: 'response', kind: 'latency', atMost: limitMs }],
    prices: { coreHour: 0.03, gibHour: 0.004 },
    goal: 'savings',
    mostTrials: 30,
    seed,
  }
  const nearestTo = (configuration: Configuration) =>
    recorded.reduce((a, b) => (distance(configuration, b) < distance(configuration, a) ? b : a))
  const response = interpolate(
    recorded.map(({ cpuCores, memoryBytes, responseMs }) => ({
      at: [Math.log(cpuCores), Math.log(memoryBytes)],
      value: Math.log(responseMs),
    })),
  )
  const logResponse = (configuration: Configuration) =>
    response([Math.log(configuration[CPU]!), Math.log(configuration[MEMORY]!)])
  const meets = (configuration: Configuration) =>
    nearestTo(configuration).errors === 0 && logResponse(configuration) <= Math.log(limitMs)
  const random = seeded(seed)
  return {
    experiment,
    meets,
    cheapest: cheapestFeasible(experiment, meets, seed),
    run: (configuration) => {
      const nearest = nearestTo(configuration)
      const other = recorded[Math.floor(random.uniform() * recorded.length)]!
      const scatter = Math.log(other.responseMs) - logResponse({ [CPU]: other.cpuCores, [MEMORY]: other.memoryBytes })
      const hasFailed = nearest.errors > 0
      return {
        configuration,
        outcome: hasFailed ? 'aborted' : 'completed',
        measured: hasFailed ? {} : { response: Math.exp(logResponse(configuration) + scatter) },
        usage: [
          {
            container: 'petclinic/app',
            cpuCores: Math.min(nearest.usedCores, configuration[CPU]!),
            peakMemoryBytes: Math.min(nearest.peakBytes, configuration[MEMORY]!),
          },
        ],
        oomKilled: [],
      }
    },
  }
}

function distance(configuration: Configuration, { cpuCores, memoryBytes }: RecordedTrial): number {
  return Math.hypot(Math.log(configuration[CPU]! / cpuCores), Math.log(configuration[MEMORY]! / memoryBytes))
}
