import type { ContainerRecommendation, RecommendationStatus, Revision } from '../api/index.ts'
import { holdForAutoscalers } from '../policy/index.ts'
import { type Disposition, dispositionOf } from './approval.ts'
import { asSureAsNow } from './certainty.ts'
import { asApproved, isApproved, isRejected, unlessRolledBack } from './consent.ts'
import { fittedToNode } from './largest-node.ts'
import type { ReconcileInput, ReconcileRules } from './reconcile-input.ts'
import { type ApprovalSplit, splitByApproval, withAsked } from './split-by-approval.ts'
import { type Pace, type StepRules, stepContainers } from './step.ts'
import { stopOf } from './stop.ts'

/**
 * What the containers would be given if nobody had to be asked.
 *
 * @param pace undefined: only autoscalers are minded
 */
export function propose(
  standing: Revision | undefined,
  draft: RecommendationStatus,
  input: ReconcileInput,
  rules: ReconcileRules,
  pace: Pace | undefined,
): ContainerRecommendation[] {
  const from = standing?.containers ?? []
  const to = draft.learned?.containers
  const { author, autoscalers } = input
  const stepped =
    pace && to
      ? stepContainers({
          ...{ from, author, to, pace, limits: rules.policy.limits },
          rules: gentler(rules.step, draft.rollback?.count),
        })
      : from
  // One container may rise while another has not come down yet.
  return holdForAutoscalers(fittedToNode(stepped, from, input), autoscalers).map(withoutEvidence)
}

/** What is offered, parted by who has to be asked. @param pace undefined: only autoscalers are minded */
export function splitProposal(
  standing: Revision | undefined,
  draft: RecommendationStatus,
  input: ReconcileInput,
  rules: ReconcileRules,
  pace: Pace | undefined,
): ApprovalSplit {
  const { mode, criticality, opening, now } = input
  const { approval, minimumChange: minimum, step } = rules
  const agreed = unlessRolledBack(input.people.approval, draft.rollback)
  const isStopped = stopOf(input) !== undefined
  const from = standing?.containers ?? []
  // What asks was due when it began to ask: it does not go away because something else has moved since.
  const isKept = pace === 'waiting' && draft.pending !== undefined
  const offered = propose(standing, draft, input, rules, pace)
  const wanted = isKept ? withAsked(offered, from, draft.pending!.containers) : offered
  const next = asSureAsNow(asApproved(wanted, agreed, minimum, now), input.learned)
  const split = splitByApproval(from, next, (container, resource, value): Disposition => {
    const change = {
      ...{ mode, criticality, isStopped, confidence: value.confidence, isOpen: opening.isOpen },
      isProtective: value.reasons?.includes('RaisedAfterOomKill') === true,
      isApproved: isApproved(agreed, container, resource, value, step, now),
      isRejected: isRejected(draft.rejected, container, resource, value, minimum),
    }
    return dispositionOf(change, approval)
  })
  // One may be given more at once while what another is to give up has not been agreed to.
  const fit = (containers: readonly ContainerRecommendation[]) => fittedToNode(containers, from, input)
  return { ...split, granted: fit(split.granted), asked: split.asked && fit(split.asked) }
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
