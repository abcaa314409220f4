import { type ContainerUsage, type Decision, firstFrom, type Series } from '../../scoring/index.ts'
import { DecayingHistogram } from './decaying-histogram.ts'

const DAY_SECONDS = 86_400
const QUANTILE = 0.9
const MARGIN = 1.15
const LEAST_CORES = 0.025
const LEAST_BYTES = 250 * 2 ** 20
const FIRST_BUCKET = { cores: 0.01, bytes: 1e7 }

/**
 * Decisions of the recommender of the Kubernetes Vertical Pod Autoscaler with its defaults: the 90th percentile of usage that
 * fades with a half-life of a day, plus 15 %. For CPU every sample counts; for memory one peak for each 24 hours from the first
 * sample, of which the current ones count with their peak so far. Requests are at least 25m and 250Mi; the memory limit equals
 * the request. There is no raise after an OOM kill: a history shows what was needed, limit or not.
 *
 * @param turns Unix times of decision, seconds, rising
 */
export function vpa({ cpu, memory }: ContainerUsage, turns: readonly number[]): Decision[] {
  const cores = cpuTargets(cpu, turns)
  const bytes = memoryTargets(memory, turns)
  return turns.flatMap((fromSeconds, i) => {
    if (Number.isNaN(cores[i]) || Number.isNaN(bytes[i])) return []
    const memoryBytes = Math.max(Math.floor(bytes[i]! * MARGIN), LEAST_BYTES)
    return {
      fromSeconds,
      cpuRequestCores: Math.max(Math.floor(Math.floor(cores[i]! * 1000) * MARGIN) / 1000, LEAST_CORES),
      memoryRequestBytes: memoryBytes,
      memoryLimitBytes: memoryBytes,
      cpuConfidence: Number.NaN,
      memoryConfidence: Number.NaN,
    }
  })
}

function cpuTargets({ seconds, values }: Series, turns: readonly number[]): number[] {
  const histogram = new DecayingHistogram(FIRST_BUCKET.cores)
  let known = 0
  return turns.map((turn) => {
    for (const end = firstFrom(seconds, turn); known < end; known++)
      histogram.add(values[known]!, (seconds[known]! - seconds[0]!) / DAY_SECONDS)
    return histogram.quantile(QUANTILE)
  })
}

function memoryTargets({ seconds, values }: Series, turns: readonly number[]): number[] {
  const histogram = new DecayingHistogram(FIRST_BUCKET.bytes)
  let known = 0
  let running = { value: 0, ageLog2: -1 }
  return turns.map((turn) => {
    for (const end = firstFrom(seconds, turn); known < end; known++) {
      const ageLog2 = Math.floor((seconds[known]! - seconds[0]!) / DAY_SECONDS)
      if (ageLog2 > running.ageLog2) {
        if (running.ageLog2 >= 0) histogram.add(running.value, running.ageLog2)
        running = { value: values[known]!, ageLog2 }
      } else if (values[known]! > running.value) running = { value: values[known]!, ageLog2 }
    }
    return running.ageLog2 < 0 ? Number.NaN : histogram.quantile(QUANTILE, running)
  })
}
