import type { UsageColumns } from '../history/index.ts'
import { containerKey } from '../workloads/index.ts'
import type { Decided } from './decide.ts'

const HEADER = 'workload,timestamp,cpu_request,memory_request,cpu_limit,memory_limit,cpu_confidence,memory_confidence\n'
const ROWS_A_CHUNK = 1000

/** Decisions as CSV: cores and bytes, Unix seconds, no limit left blank. */
export function* toDecisionsCsv(
  decided: Iterable<Decided>,
  labelOf: ReadonlyMap<UsageColumns, string>,
): Generator<string> {
  let chunk = HEADER
  let count = 0
  for (const { usage, decision } of decided) {
    const { cpuRequestCores, memoryRequestBytes, memoryLimitBytes, cpuConfidence, memoryConfidence } = decision
    // No CPU limit, as the limits policy has it unless it is told otherwise.
    const values = [cpuRequestCores, memoryRequestBytes, '', memoryLimitBytes, cpuConfidence, memoryConfidence]
    chunk += `${[labelOf.get(usage), decision.fromSeconds, ...values.map(plain)].join(',')}\n`
    if (++count % ROWS_A_CHUNK === 0) {
      yield chunk
      chunk = ''
    }
  }
  yield chunk
}

function plain(value: number | string): string {
  return typeof value === 'string' || Number.isFinite(value) ? String(value) : ''
}

/** Containers go by the name of their workload where that tells them apart. */
export function labelsOf(usage: readonly UsageColumns[]): Map<UsageColumns, string> {
  const times = new Map<string, number>()
  for (const { container } of usage) times.set(container.workload.name, (times.get(container.workload.name) ?? 0) + 1)
  return new Map(
    usage.map((each) => {
      const { name } = each.container.workload
      return [each, times.get(name) === 1 ? name : containerKey(each.container)]
    }),
  )
}
