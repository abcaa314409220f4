import type { SloReport } from '../../readers/index.ts'
import { type BurnWindows, budgetLeft, type Requests, type SloReading, shareOf } from '../../slos/index.ts'

/** What is known of the SLOs of a workload, as programs read it. Shares and budgets are 0..1; what is not known is missing. */
export function sloJson({ workload, readings, revisions }: SloReport) {
  return { ...workload, slos: readings.map((reading) => readingJson(reading, revisions)) }
}

function readingJson(reading: SloReading, revisions: SloReport['revisions']) {
  const { objective, state, message, readAtSeconds, burn, byPod, overWindow, before } = reading
  const left = budgetLeft(reading)
  return {
    ...objective,
    state,
    ...(message !== undefined && { message }),
    readAt: new Date(readAtSeconds * 1000).toISOString(),
    ...(burn && { burn: windowsJson(burn) }),
    ...(overWindow && {
      overWindow: requestsJson(overWindow),
      ...(left !== undefined && { remainingBudget: left }),
    }),
    ...(before && { before: { revision: before.revision, ...requestsJson(before.requests) } }),
    ...(byPod && {
      pods: [...byPod].map(([pod, windows]) => {
        const revision = revisions.get(pod)
        return { pod, ...(revision !== undefined && { revision }), ...windowsJson(windows) }
      }),
    }),
  }
}

function windowsJson({ long, short }: BurnWindows) {
  return { long: requestsJson(long), short: requestsJson(short) }
}

function requestsJson({ bad, total }: Requests) {
  const share = shareOf({ bad, total })
  return { bad, total, ...(share !== undefined && { share }) }
}
