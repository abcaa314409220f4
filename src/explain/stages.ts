import type { ResourceEvidence } from '../api/index.ts'
import type { ExplainedResource, Written } from '../sizing/index.ts'

const STAGES = ['author', 'learned', 'stepped', 'applied', 'clamped', 'injected', 'carried'] as const
const SAYS: Readonly<Record<(typeof STAGES)[number], string>> = {
  author: 'as its author wrote it',
  learned: 'from usage',
  stepped: 'as far as one step goes: the rest follows in later steps',
  applied: 'what new Pods are given',
  clamped: 'inside the bounds',
  injected: 'what a new Pod asks for',
  carried: 'what this Pod asks for',
}

/** A value at one stage on its way from the author to the Pod, with a description. */
export interface Stage {
  readonly stage: (typeof STAGES)[number]
  readonly value: Written
  readonly says: string
}

/**
 * The stages that a value has gone through, in order. Of a Pod that runs, the last is what it carries, and what a new Pod would get
 * is shown before it only if that differs. A step that goes all the way to what was learned is none.
 */
export function stagesOf(explained: ExplainedResource, isLive: boolean): readonly Stage[] {
  const { injected, carried } = explained
  const hidden = isLive ? isSame(injected, carried) && 'injected' : 'carried'
  return STAGES.flatMap((stage) => {
    const value = explained[stage]
    if (!value || stage === hidden || (stage === 'stepped' && isSame(value, explained.learned))) return []
    return [{ stage, value, says: stage === 'learned' ? evidenceOf(explained.learned!) : SAYS[stage] }]
  })
}

function isSame(one: Written, other: Written | undefined): boolean {
  return one.request === other?.request && one.limit === other?.limit
}

function evidenceOf({ confidence, evidence, oomKills }: NonNullable<ExplainedResource['learned']>): string {
  const figures =
    evidence &&
    `p50 ${evidence.p50}, p95 ${evidence.p95}, p99 ${evidence.p99}, peak ${evidence.peak}${oomKills ? ` (${oomKills === 1 ? 'the OOM kill that was seen counts' : `each of the ${oomKills} OOM kills that were seen counts`} as usage above the limit)` : ''}`
  const sure =
    confidence === undefined ? undefined : `holds for the next day with a chance of ${Math.round(confidence * 100)} %`
  const bursts = evidence?.bursts && burstsIn(evidence.bursts)
  const decided = evidence?.decidedBy && `decided by ${evidence.decidedBy.source}: ${evidence.decidedBy.because}`
  return [figures, evidence?.basis, sure, evidence?.doubt, bursts, decided].filter(Boolean).join('; ') || SAYS.learned
}

/** How usage exceeds the request: "short on 12 % of days, for up to 25 % of a day, by up to 400m". */
function burstsIn({ days, worstDay, by }: NonNullable<ResourceEvidence['bursts']>): string {
  const percent = (share: number) => `${Math.round(share * 100)} %`
  return `short on ${percent(days)} of days, for up to ${percent(worstDay)} of a day, by up to ${by}`
}
