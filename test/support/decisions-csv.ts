import type { Decision } from '../../src/scoring/index.ts'

const COLUMNS = 'workload,timestamp,cpu_request,memory_request,cpu_limit,memory_limit'

/** In the format of the reference implementation. */
export function toDecisionsCsv(decisions: ReadonlyMap<string, readonly Decision[]>, withConfidence = false): string {
  const rows = [...decisions].flatMap(([name, its]) =>
    its.map((one) => {
      const values = [one.cpuRequestCores.toFixed(6), one.memoryRequestBytes, '', one.memoryLimitBytes]
      const said = withConfidence ? [one.cpuConfidence, one.memoryConfidence] : []
      return [name, one.fromSeconds, ...values, ...said].join(',')
    }),
  )
  const header = withConfidence ? `${COLUMNS},cpu_confidence,memory_confidence` : COLUMNS
  return `${[header, ...rows].join('\n')}\n`
}
