import type { UsageColumns } from '../history/index.ts'
import { containerKey } from '../workloads/index.ts'
import type { Decided } from './decide.ts'

const HEADER = 'workload,timestamp,cpu_request,memory_request,cpu_limit,memory_limit,cpu_confidence,memory_confidence\n'
const ROWS_A_CHUNK = 1000

/** Decisions as chunks of CSV: cores and bytes, Unix seconds. A missing limit is blank. */
export function* toDecisionsCsv(
  decided: Iterable<Decided>,
  labelOf: ReadonlyMap<UsageColumns, string>,
): Generator<string> {
  let chunk = HEADER
  let count = 0
  for (const { usage, decision } of decided) {
    const { cpuRequestCores, memoryRequestBytes, memoryLimitBytes, cpuConfidence, memoryConfidence } = decision
    // There is no CPU limit: that is the default of the limits policy.
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

/** Label of each container: the name of its workload if only one container has it, or else the key of the container. */
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
