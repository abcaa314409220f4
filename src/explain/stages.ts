import type { ResourceEvidence } from '../api/index.ts'
import type { ExplainedResource, Written } from '../sizing/index.ts'

const STAGES = ['author', 'learned', 'stepped', 'applied', 'clamped', 'injected', 'carried'] as const
const SAYS: Readonly<Record<(typeof STAGES)[number], string>> = {
  author: "the author's values",
  learned: 'from usage',
  stepped: 'limited to one step: the rest follows in later steps',
  applied: 'the applied revision',
  clamped: 'inside the bounds',
  injected: 'what a new Pod requests',
  carried: 'what this Pod requests',
}

/** A value at one stage on its way from the author to the Pod, with a description. */
export interface Stage {
  readonly stage: (typeof STAGES)[number]
  readonly value: Written
  readonly says: string
}

/**
 * The stages that a value has gone through, in order. For a running Pod, the last stage is its own value, and the value of a new Pod
 * comes before it only if it differs. A step that reaches the learned value is left out.
 */
export function stagesOf(explained: ExplainedResource, isLive: boolean): readonly Stage[] {
  const { injected, carried } = explained
  const hidden = isLive ? isSame(injected, carried) && 'injected' : 'carried'
  return STAGES.flatMap((stage) => {
    const value = explained[stage]
    if (!value || stage === hidden || (stage === 'stepped' && isSame(value, explained.learned))) return []
    return [{ stage, value, says: stage === 'learned' ? evidenceOf(explained) : SAYS[stage] }]
  })
}

function isSame(one: Written, other: Written | undefined): boolean {
  return one.request === other?.request && one.limit === other?.limit
}

function evidenceOf({ resource, learned }: ExplainedResource): string {
  const { confidence, evidence, oomKills } = learned!
  const figures =
    evidence &&
    `${percentilesIn(evidence, LEAST[resource])}${oomKills ? ` (${oomKills === 1 ? 'the observed OOM kill counts' : `each of the ${oomKills} observed OOM kills counts`} as usage above the limit)` : ''}`
  const sure = confidence === undefined ? undefined : `holds for the next day with a chance of ${chance(confidence)}`
  const bursts = evidence?.bursts && burstsIn(evidence.bursts)
  const others = evidence?.profile && !evidence.profile.decides && othersIn(evidence.profile)
  const decided = evidence?.decidedBy && `decided by ${evidence.decidedBy.source}: ${evidence.decidedBy.because}`
  return (
    [figures, evidence?.basis, others, sure, evidence?.doubt, bursts, evidence?.slo?.says, decided]
      .filter(Boolean)
      .join('; ') || SAYS.learned
  )
}

/** The smallest amounts that the learner distinguishes: a figure at one of them may be smaller. */
const LEAST = { cpu: '10m', memory: '10Mi' } as const

function percentilesIn({ p50, p95, p99, peak }: ResourceEvidence, least: string): string {
  if (peak === least) return `never above ${least}`
  const says = (amount: string) => (amount === least ? `at most ${least}` : amount)
  return `p50 ${says(p50)}, p95 ${says(p95)}, p99 ${says(p99)}, peak ${peak}`
}

/** "and from 7 other instances of checkout, which count for 2.1 days". */
function othersIn({ application, instances, days }: NonNullable<ResourceEvidence['profile']>): string {
  const count = instances === 1 ? '1 other instance' : `${instances} other instances`
  return `and from ${count} of ${application}, which count for ${days} days`
}

/** Nothing is certain: `97 %`, and at most `more than 99 %`. */
function chance(confidence: number): string {
  const percent = Math.round(confidence * 100)
  return percent > 99 ? 'more than 99 %' : `${percent} %`
}

/** How usage exceeds the request: "short on 12 % of days, for up to 25 % of a day, by up to 400m". */
function burstsIn({ days, worstDay, by }: NonNullable<ResourceEvidence['bursts']>): string {
  const percent = (share: number) => `${Math.round(share * 100)} %`
  return `short on ${percent(days)} of days, for up to ${percent(worstDay)} of a day, by up to ${by}`
}
