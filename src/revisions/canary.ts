import type { Canary, RecommendationStatus } from '../api/index.ts'
import { isoSeconds } from '../api/index.ts'
import { heldFor } from '../policy/index.ts'
import { RESOURCES } from '../resources/index.ts'
import { applying } from './applying.ts'
import { BY_PLIMSOLL } from './events.ts'
import { judge } from './judge.ts'
import { firstReceivedAt } from './pod-health.ts'
import type { ReconcileInput, ReconcileRules } from './reconcile-input.ts'
import { rollbackOf } from './rollback.ts'
import { sloWaitOf } from './slo-gate.ts'
import { sloFactsOf } from './slo-status.ts'
import { stopOf } from './stop.ts'
import { describeThrottling, throttlingOf } from './throttling.ts'
import { changed, type Transition, unchanged, without } from './transition.ts'

type Input = Pick<
  ReconcileInput,
  'slos' | 'degraded' | 'mode' | 'author' | 'pods' | 'trouble' | 'autoscalers' | 'spec' | 'freezes' | 'opening' | 'now'
>

/**
 * Evaluates the canary: it passes when it has run for its time and did no worse than the other Pods, fails immediately when it causes
 * trouble, and ends when nobody should get its values any more.
 */
export function evaluateCanary(
  status: RecommendationStatus,
  input: Input,
  allRules: Pick<ReconcileRules, 'canary' | 'slo'>,
): Transition {
  if (!status.canary) return unchanged(status)
  const { canary: rules } = allRules
  if (input.mode !== 'auto' || !rules || isHeld(status.canary, input)) return unchanged(without(status, 'canary'))
  const canary = withSince(status.canary, input)
  const isOver = canary.since !== undefined && input.now.getTime() - Date.parse(canary.since) >= rules.forSeconds * 1000
  const judged = judge({
    revision: canary.revision,
    lastGood: status.applied,
    author: input.author,
    pods: input.pods,
    comparison: { now: input.now, isOver },
    slo: sloFactsOf(input, allRules),
  })
  const seen = input.trouble?.revision === canary.revision.revision ? input.trouble : undefined
  const trouble = judged ?? seen
  const ended = without(status, 'canary')
  if (trouble) {
    const rollback = rollbackOf(canary.revision, status.rollback, trouble.message, input.now)
    const { revision, message, until } = rollback
    return changed({ ...ended, rollback }, { reason: 'CanaryFailed', by: BY_PLIMSOLL, revision, message, until })
  }
  if (isOver && !stopOf(input) && input.opening.isOpen && !sloWaitOf(input, status)) {
    const throttling = throttlingOf(canary.revision.revision, input.pods)
    return applying(ended, canary.revision, input, {
      reason: 'CanaryPassed',
      by: BY_PLIMSOLL,
      // Say whether throttling was compared, because not every history has figures for it.
      message: throttling
        ? `Its Pods were ${describeThrottling(throttling)}.`
        : 'Throttling was not compared: the history has no figures for it.',
    })
  }
  return unchanged(canary === status.canary ? status : { ...status, canary })
}

function isHeld({ revision: { containers } }: Canary, { autoscalers }: Input): boolean {
  return containers.some((container) =>
    RESOURCES.some((resource) => container[resource] && heldFor(autoscalers, container.name, resource)),
  )
}

function withSince(canary: Canary, { pods }: Input): Canary {
  if (canary.since !== undefined) return canary
  const since = firstReceivedAt(canary.revision, pods)
  return since === undefined ? canary : { ...canary, since: isoSeconds(new Date(since)) }
}
