import type { ContainerRecommendation, RecommendationStatus, Revision } from '../api/index.ts'
import { holdForAutoscalers } from '../policy/index.ts'
import { type Disposition, dispositionOf } from './approval.ts'
import { asSureAsNow } from './certainty.ts'
import { asApproved, isApproved, isRejected, unlessTakenBack } from './consent.ts'
import { fittedToNode } from './largest-node.ts'
import type { Progress, PublishRules } from './reconcile-input.ts'
import { type Sifted, sift, withAsked } from './split-by-approval.ts'
import { type Pace, type StepRules, stepContainers } from './step.ts'
import { stopOf } from './stop.ts'

/**
 * What the containers would be given if nobody had to be asked.
 *
 * @param pace undefined: only autoscalers are minded
 */
export function offer(
  standing: Revision | undefined,
  draft: RecommendationStatus,
  progress: Progress,
  rules: PublishRules,
  pace: Pace | undefined,
): ContainerRecommendation[] {
  const from = standing?.containers ?? []
  const to = draft.learned?.containers
  const { author, autoscalers } = progress
  const stepped =
    pace && to
      ? stepContainers({
          ...{ from, author, to, pace, limits: rules.policy.limits },
          rules: gentler(rules.step, draft.rollback?.count),
        })
      : from
  // One container may rise while another has not come down yet.
  return holdForAutoscalers(fittedToNode(stepped, from, progress), autoscalers).map(withoutEvidence)
}

/** What is offered, parted by who has to be asked. @param pace undefined: only autoscalers are minded */
export function siftOffer(
  standing: Revision | undefined,
  draft: RecommendationStatus,
  progress: Progress,
  rules: PublishRules,
  pace: Pace | undefined,
): Sifted {
  const { mode, criticality, opening, now } = progress
  const { approval, minimumChange: minimum, step } = rules
  const agreed = unlessTakenBack(progress.people.approval, draft.rollback)
  const isStopped = stopOf(progress) !== undefined
  const from = standing?.containers ?? []
  // What asks was due when it began to ask: it does not go away because something else has moved since.
  const isKept = pace === 'waiting' && draft.pending !== undefined
  const offered = offer(standing, draft, progress, rules, pace)
  const wanted = isKept ? withAsked(offered, from, draft.pending!.containers) : offered
  const next = asSureAsNow(asApproved(wanted, agreed, minimum, now), progress.learned)
  const sifted = sift(from, next, (container, resource, value): Disposition => {
    const change = {
      ...{ mode, criticality, isStopped, confidence: value.confidence, isOpen: opening.isOpen },
      isProtective: value.reasons?.includes('RaisedAfterOomKill') === true,
      isApproved: isApproved(agreed, container, resource, value, step, now),
      isRejected: isRejected(draft.rejected, container, resource, value, minimum),
    }
    return dispositionOf(change, approval)
  })
  // One may be given more at once while what another is to give up has not been agreed to.
  const fit = (containers: readonly ContainerRecommendation[]) => fittedToNode(containers, from, progress)
  return { ...sifted, granted: fit(sifted.granted), asked: sifted.asked && fit(sifted.asked) }
}

/** Smaller steps than this would not be worth a revision. */
const MOST_HALVINGS = 2

/** After a rollback less is taken away at a time: what made trouble would else be reached again in the same step. */
function gentler(step: StepRules, rollbacks = 0): StepRules {
  return { ...step, maxDecrease: step.maxDecrease / 2 ** Math.min(rollbacks, MOST_HALVINGS) }
}

/** Evidence stands with what was learned, once: every webhook reads every Recommendation when it starts. */
function withoutEvidence({ evidence: _, ...values }: ContainerRecommendation): ContainerRecommendation {
  return values
}
