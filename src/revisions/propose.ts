import {
  type Evidence,
  type RecommendationStatus,
  type ResourceValues,
  type Revision,
  readValues,
  type Values,
  withoutEvidence,
} from '../api/index.ts'
import { holdForAutoscalers } from '../policy/index.ts'
import { type ResourceName, readable } from '../resources/index.ts'
import { type ChangeCase, dispositionOf } from './approval.ts'
import { withConfidenceOf } from './certainty.ts'
import { asApproved, consentOf, isApproved, isRejected } from './consent.ts'
import { directionOf } from './direction.ts'
import { fittedToNode } from './largest-node.ts'
import { inForceOf, withoutCopies } from './node-classes.ts'
import { isPartial, type Pace } from './pace.ts'
import type { Pressures } from './pressure.ts'
import { isForPressure, protect } from './protect.ts'
import type { ReconcileInput, ReconcileRules } from './reconcile-input.ts'
import { sloWaitOf } from './slo-gate.ts'
import { type ApprovalSplit, type Grant, splitByApproval, type Verdict, withAsked } from './split-by-approval.ts'
import { type StepRules, stepValues } from './step.ts'
import { stopOf } from './stop.ts'

/**
 * Computes the values that the containers would get if no approval were needed.
 *
 * @param pace undefined if no value may change; autoscalers are still respected
 */
export function propose(
  current: Revision | undefined,
  status: RecommendationStatus,
  input: ReconcileInput,
  rules: ReconcileRules,
  pace: Pace | undefined,
): Values {
  const from = inForceOf(current, input)
  const { author, autoscalers, mode, pressures = NONE } = input
  const stepped =
    pace && status.learned
      ? stepValues({
          ...{ from, author, to: readValues(status.learned?.containers), pace, limits: rules.policy.limits },
          rules: gentler(rules.step, status.rollback?.count),
        })
      : from
  const given =
    pace && mode === 'auto'
      ? protect({ values: stepped, from, author, pressures, rules: rules.step, policy: rules.policy })
      : stepped
  // One container may rise while another has not come down yet.
  const fitted = fittedToNode(withoutCopies(given, current), from, input)
  return withoutEvidence(holdForAutoscalers(fitted, autoscalers))
}

/**
 * Computes the proposed values, split by whether they need approval.
 *
 * @param pace undefined if no value may change; autoscalers are still respected
 */
export function splitProposal(
  current: Revision | undefined,
  status: RecommendationStatus,
  input: ReconcileInput,
  rules: ReconcileRules,
  pace: Pace | undefined,
): ApprovalSplit {
  const { author, mode, criticality, opening, now } = input
  const { approval, minimumChange: minimum, step } = rules
  const consent = consentOf(input.spec.approval, status.rollback, now)
  const rejected = readValues(status.rejected?.containers)
  const isStopped = stopOf(input) !== undefined
  const isGated = sloWaitOf(input, status) !== undefined
  const [from, learned] = [inForceOf(current, input), readValues(input.learned)]
  // A value that waits for approval was due when it was proposed: it stays although another value has moved since.
  const proposed = propose(current, status, input, rules, pace)
  const wanted = isPartial(pace) ? withAsked(proposed, from, readValues(status.pending?.containers)) : proposed
  const next = withConfidenceOf(asApproved(wanted, consent, minimum), learned)
  const split = splitByApproval(from, next, (container, resource, value): Verdict => {
    const inForce = from.get(container)?.[resource] ?? readable(author.get(container)?.[resource] ?? {})
    const evidence = learned.get(container)?.evidence
    const change: ChangeCase = {
      ...directionOf(resource, inForce, value, evidence),
      isYoung: daysKnown(evidence, resource, approval.minimumDays) < approval.minimumDays,
      ...{ mode, criticality, isStopped, isGated, confidence: value.confidence, isOpen: opening.isOpen },
      isProtective: protectionOf(value, approval) !== undefined,
      isApproved: isApproved(consent, container, resource, value, step),
      isRejected: isRejected(rejected, container, resource, value, minimum),
    }
    return { disposition: dispositionOf(change, approval), grant: grantOf(change, value, rules) }
  })
  // One container may get more now, while a decrease of another is not approved yet.
  const fit = (values: Values) => withoutCopies(fittedToNode(values, from, input), current)
  return { ...split, granted: fit(split.granted), asked: split.asked && fit(split.asked) }
}

/** Days of usage that are known: its own, and those that other instances of its application count for. */
function daysKnown(evidence: Evidence | undefined, resource: ResourceName, unknown: number): number {
  return evidence?.days === undefined ? unknown : evidence.days + (evidence[resource]?.profile?.days ?? 0)
}

function grantOf(
  { mode, isApproved }: ChangeCase,
  value: ResourceValues,
  { approval }: ReconcileRules,
): Verdict['grant'] {
  const protection = mode === 'auto' ? protectionOf(value, approval) : undefined
  return protection ?? (isApproved ? 'Approved' : 'Learned')
}

/** Why a value is given immediately, without approval; undefined if it is not. */
function protectionOf(value: ResourceValues, { exempt }: ReconcileRules['approval']): Grant | undefined {
  if (exempt.includes('oom') && value.reasons?.includes('RaisedAfterOomKill')) return 'RaisedAfterOomKill'
  return exempt.includes('pressure') && isForPressure(value) ? 'RaisedForPressure' : undefined
}

const NONE: Pressures = new Map()

/** Limit on how often a step is halved: smaller steps would not be worth a revision. */
const MOST_HALVINGS = 2

/** Halves the largest decrease for each rollback, at most twice: otherwise one step could return to the values that caused trouble. */
function gentler(step: StepRules, rollbacks = 0): StepRules {
  return { ...step, maxDecrease: step.maxDecrease / 2 ** Math.min(rollbacks, MOST_HALVINGS) }
}
