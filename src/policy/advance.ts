import type { ContainerRecommendation, Goal, Mode, RecommendationStatus, Revision } from '../recommendations/index.ts'
import type { ContainerResources } from '../resources/index.ts'
import { isWorthwhile, type MinimumChange } from './minimum-change.ts'
import { clampContainers, type Policy } from './policy.ts'
import { type StepRules, stepContainers } from './step.ts'
import { summarize } from './summary.ts'

/** What the learner knows of one workload when it publishes. */
export interface Progress {
  readonly mode: Mode
  readonly goal: Goal
  readonly learned: readonly ContainerRecommendation[]
  /** What the author wrote, by container; a container without running Pods is missing. */
  readonly author: ReadonlyMap<string, ContainerResources>
  readonly now: Date
}

export interface PublishRules {
  readonly policy: Pick<Policy, 'bounds'>
  readonly step: StepRules
  readonly minimumChange: MinimumChange
}

/** A new applied revision is due a day after the last one: usage has had a whole day to answer. */
const BETWEEN_CHANGES_MILLISECONDS = 24 * 3600 * 1000
const LAST_SEEN_GRAIN_MILLISECONDS = 24 * 3600 * 1000

/**
 * How a Recommendation goes on when something has been learned: learned → bounds → step → applied. In `observe` the same
 * is worked out as `wouldApply`; in `approve` it waits as `pending`. Pure.
 *
 * @returns `before` itself when there is nothing worth writing
 */
export function advance(
  before: RecommendationStatus | undefined,
  progress: Progress,
  rules: PublishRules,
): RecommendationStatus {
  const draft: RecommendationStatus = { ...before }
  const { mode, now } = progress
  draft.mode = mode
  if (!draft.lastSeen || now.getTime() - Date.parse(draft.lastSeen) >= LAST_SEEN_GRAIN_MILLISECONDS)
    draft.lastSeen = isoSeconds(now)

  const learned = clampContainers(progress.learned, rules.policy)
  if (learned.length > 0 && isWorthwhile(draft.learned?.containers, learned, rules.minimumChange)) {
    draft.learned = revise(draft, progress, learned)
  }
  const standing = mode === 'observe' ? draft.wouldApply : draft.applied
  // Without fresh usage nothing moves, not even a step towards what was learned before.
  const next = learned.length > 0 ? nextApplied(standing, draft, progress, rules) : standing
  if (mode !== 'observe') delete draft.wouldApply
  if (mode !== 'approve' || !next || next === standing) delete draft.pending
  if (next) {
    if (mode === 'observe') draft.wouldApply = next
    else if (mode === 'auto') draft.applied = next
    else if (next !== standing && isWorthwhile(draft.pending?.containers, next.containers, rules.minimumChange))
      draft.pending = next
  }
  draft.state = stateOf(draft)
  draft.summary = summarize(draft, progress.author)
  return sameStatus(before, draft) ? before! : draft
}

function nextApplied(
  standing: Revision | undefined,
  draft: RecommendationStatus,
  progress: Progress,
  rules: PublishRules,
): Revision | undefined {
  const learned = draft.learned!
  const isDue = !standing || progress.now.getTime() - Date.parse(standing.time) >= BETWEEN_CHANGES_MILLISECONDS
  const containers = stepContainers({
    from: standing?.containers ?? [],
    author: progress.author,
    to: learned.containers,
    isDue,
    rules: rules.step,
  }).map(withoutEvidence)
  if (containers.length === 0 || !isWorthwhile(standing?.containers, containers, rules.minimumChange)) return standing
  // One revision serves as both where it is new; an older one would set the applied revision's time back.
  if (learned.time === isoSeconds(progress.now) && sameValues(containers, learned.containers))
    return { ...learned, containers }
  return { ...revise(draft, progress, containers), towards: learned.revision }
}

function revise(
  status: RecommendationStatus,
  progress: Progress,
  containers: readonly ContainerRecommendation[],
): Revision {
  const known = [status.learned, status.applied, status.wouldApply, status.pending, status.lastGood]
  const last = Math.max(0, ...known.map((revision) => revision?.revision ?? 0))
  return {
    revision: last + 1,
    time: isoSeconds(progress.now),
    source: 'observed',
    goal: progress.goal,
    containers: [...containers],
  }
}

function stateOf({
  mode,
  learned,
  applied,
  pending,
}: RecommendationStatus): NonNullable<RecommendationStatus['state']> {
  if (!learned) return 'Learning'
  if (mode === 'observe') return 'Observing'
  if (pending) return 'Pending'
  return applied ? 'Applied' : 'Learning'
}

/** Evidence stands with what was learned, once: every webhook reads every Recommendation when it starts. */
function withoutEvidence({ evidence: _, ...values }: ContainerRecommendation): ContainerRecommendation {
  return values
}

function sameValues(a: readonly ContainerRecommendation[], b: readonly ContainerRecommendation[]): boolean {
  const values = (containers: readonly ContainerRecommendation[]) =>
    JSON.stringify(
      containers.map(({ name, cpu, memory }) => [name, cpu?.request, cpu?.limit, memory?.request, memory?.limit]),
    )
  return values(a) === values(b)
}

function sameStatus(a: RecommendationStatus | undefined, b: RecommendationStatus): boolean {
  return (
    a !== undefined &&
    a.learned === b.learned &&
    a.applied === b.applied &&
    a.wouldApply === b.wouldApply &&
    a.pending === b.pending &&
    a.mode === b.mode &&
    a.state === b.state &&
    a.lastSeen === b.lastSeen &&
    JSON.stringify(a.summary) === JSON.stringify(b.summary)
  )
}

/** Kubernetes' own times have whole seconds. */
function isoSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`
}
