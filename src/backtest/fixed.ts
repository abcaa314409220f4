import type { ContainerUsage, Decision } from '../scoring/index.ts'

/**
 * The highest usage of the whole history as request and limit from the beginning: what somebody would write who knew the future
 * and never wanted to change it again.
 */
export function fixedAtPeak({ firstSeconds, cpu, memory }: ContainerUsage): Decision {
  const peak = (values: Float64Array) => values.reduce((highest, value) => Math.max(highest, value), 0)
  const bytes = peak(memory.values)
  return {
    fromSeconds: firstSeconds,
    cpuRequestCores: peak(cpu.values),
    memoryRequestBytes: bytes,
    memoryLimitBytes: bytes,
    cpuConfidence: Number.NaN,
    memoryConfidence: Number.NaN,
  }
}
