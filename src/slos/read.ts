import { type Answers, countRequests } from './count.ts'
import type { Counted } from './parts.ts'
import type { BurnWindows, Requests, SloReading, SloState } from './reading.ts'
import type { Whose } from './rows.ts'
import type { SloPlan } from './source.ts'

/** Rows of the two windows of a burn. */
export interface BurnAnswers {
  readonly long: Answers
  readonly short: Answers
}

export interface ReadingOptions {
  readonly plan: SloPlan
  /** How the requests can be counted: see `Parts.add`. */
  readonly counted: readonly Counted[]
  readonly answers: BurnAnswers
  readonly whose: Whose
  readonly readAtSeconds: number
  /** For people: `5m`. */
  readonly shortText: string
}

const NO_REQUESTS: Requests = { bad: 0, total: 0 }
/** Edges of neighbouring buckets differ by this factor at the schema that client libraries choose for the usual factor of 1.1. */
const NATIVE_NOTE =
  'interpolated within one bucket of a native histogram, so exact to the requests in that bucket: at the usual schema 3, it is 9 % wide; converted from a classic histogram, as wide as the classic bucket'
const WHOLE_NOTE = 'the series do not tell Pods apart'

/** What is known of one objective of a workload after its series were read. Says why where nothing is, and never a share that is wrong. */
export function readObjective(options: ReadingOptions): SloReading & { readonly mayHaveOtherEdges?: boolean } {
  const { plan, counted, answers, whose, readAtSeconds, shortText } = options
  const { objective } = plan
  const without = (state: SloState, message: string) => ({ objective, state, message, readAtSeconds })
  if ('invalid' in plan) return without('Invalid', plan.invalid)
  const long = countRequests(plan, counted, answers.long, whose)
  if (long.kind === 'none') return without('NoSeries', long.why ?? whyNoSeries(plan))
  if (long.kind === 'notANumber') return without('Stale', 'its series have no number (NaN)')
  if (long.kind === 'unusable') {
    const { mayHaveOtherEdges } = long
    return { ...without('Invalid', long.why), ...(mayHaveOtherEdges && { mayHaveOtherEdges }) }
  }
  const short = countRequests(plan, [long.used], answers.short, whose)
  if (short.kind === 'notANumber') return without('Stale', 'its series have no number (NaN)')
  if (short.kind !== 'counted')
    return without(
      'Stale',
      `its series have no two samples in the last ${shortText}: they have ended, or are scraped too rarely`,
    )
  const notes = [
    ...long.notes,
    ...(long.used.kind === 'native' ? [NATIVE_NOTE] : []),
    ...(long.byPod ? [] : [WHOLE_NOTE]),
    ...(plan.note === undefined ? [] : [plan.note]),
  ]
  return {
    ...{ objective, state: 'Found', readAtSeconds },
    ...(notes.length > 0 && { message: notes.join('; ') }),
    burn: { long: long.all, short: short.all },
    ...(long.byPod && { byPod: windowsByPod(long.byPod, short.byPod) }),
  }
}

function windowsByPod(
  long: ReadonlyMap<string, Requests>,
  short: ReadonlyMap<string, Requests> = new Map(),
): ReadonlyMap<string, BurnWindows> {
  return new Map(Array.from(long, ([pod, requests]) => [pod, { long: requests, short: short.get(pod) ?? NO_REQUESTS }]))
}

function whyNoSeries({ source }: Extract<SloPlan, { source: unknown }>): string {
  if (source.kind === 'expressions') return 'the queries give nothing for this workload'
  const names = source.kind === 'histogram' ? source.metrics.map(({ metric }) => metric) : source.metrics
  const more = names.length > 4 ? ` and ${names.length - 4} more names` : ''
  const hint = source.hint === undefined ? '' : `. ${source.hint}`
  return `there are no series of this workload: looked for ${names.slice(0, 4).join(', ')}${more}${hint}`
}
