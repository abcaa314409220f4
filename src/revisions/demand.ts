import type { Values } from '../api/index.ts'
import type { ReasonCode } from '../policy/index.ts'
import { mapResources } from '../policy/index.ts'
import { parseQuantity } from '../resources/index.ts'
import { runsToItsEnd } from '../workloads/index.ts'

/** Raises the requests of a workload that runs to completion to the peak of its runs: it cannot borrow slack from other Pods. */
export function peaksOfRuns(kind: string, values: Values): Values {
  if (!runsToItsEnd(kind)) return values
  return withoutBursts(raisedToPeaks(values))
}

function raisedToPeaks(values: Values): Values {
  return mapResources(values, (value, resource, container) => {
    const peak = parseQuantity(values.get(container)!.evidence?.[resource]?.peak)
    if (peak === undefined || peak <= value.request) return value
    const limit = value.limit === undefined || value.limit > peak ? value.limit : peak
    const reasons = [...(value.reasons ?? []), 'RunPeakCounts' satisfies ReasonCode]
    return { ...value, request: peak, limit, reasons }
  })
}

/** Usage does not exceed a request that is the peak. */
function withoutBursts(values: Values): Values {
  return new Map(
    [...values].map(([name, container]) => {
      const { cpu, evidence } = container
      if (!cpu?.reasons?.includes('RunPeakCounts') || !evidence?.cpu?.bursts) return [name, container]
      const { bursts: _, ...figures } = evidence.cpu
      return [name, { ...container, evidence: { ...evidence, cpu: figures } }]
    }),
  )
}
