import {
  type Change,
  type ContainerRecommendation,
  type RecommendationStatus,
  type ResourceRecommendation,
  TRAIL_LENGTH,
} from '../api/index.ts'
import { type ContainerResources, formatQuantity, RESOURCES, type ResourceName } from '../resources/index.ts'
import { isApproved, unlessRolledBack } from './consent.ts'
import type { ReconcileInput, ReconcileRules } from './reconcile-input.ts'
import { isRollbackOf } from './rollback.ts'
import { isSame } from './split-by-approval.ts'
import { shorten } from './stop.ts'
import { BECOMES, lowestConfidence } from './summary.ts'
import { isoSeconds } from './time.ts'

/** Plimsoll itself, among those who changed something. */
const ITSELF = 'plimsoll'
const MOST_CHANGES = 16
const MAX_LINE = 160

/**
 * Notes what became of the applied values: who or what changed them, from what to what, and why; and what kept them from
 * changing. A change comes after what led to it.
 */
export function leaveTrail(
  before: RecommendationStatus | undefined,
  draft: RecommendationStatus,
  input: ReconcileInput,
  rules: Pick<ReconcileRules, 'step' | 'approval'>,
): void {
  const news = [...hindrancesOf(before, draft, input), ...changesOf(before, draft, input, rules)]
  if (news.length > 0) draft.trail = [...(draft.trail ?? []), ...news].slice(-TRAIL_LENGTH)
}

/** @returns one change, or none */
function changesOf(
  before: RecommendationStatus | undefined,
  draft: RecommendationStatus,
  input: ReconcileInput,
  rules: Pick<ReconcileRules, 'step' | 'approval'>,
): Change[] {
  const [from, to] = [before?.applied, draft.applied]
  if (from === to) return []
  const confidence = lowestConfidence(to?.containers ?? [])
  return [
    {
      time: isoSeconds(input.now),
      ...(to && { revision: to.revision }),
      ...(from && { from: from.revision }),
      ...causeOf(before, draft, input, rules),
      ...(confidence !== undefined && { confidence }),
      changes: listed(from?.containers ?? [], to?.containers ?? [], input.author),
    },
  ]
}

/** What was rejected, has expired, waits, or no longer does. */
function hindrancesOf(
  before: RecommendationStatus | undefined,
  { rejected, waiting, trail = [] }: RecommendationStatus,
  { people: { approval, hold, rejection }, now }: ReconcileInput,
): Change[] {
  const note = (why: Change['why'], by: string, rest: Partial<Change> = {}): Change => {
    return { time: isoSeconds(now), by, why, changes: [], ...rest }
  }
  const notes: Change[] = []
  if (rejected && rejected.revision !== before?.rejected?.revision)
    notes.push(note('Rejected', rejection?.by ?? ITSELF, { revision: rejected.revision }))
  const hasExpired = approval !== undefined && now >= new Date(approval.expires)
  if (hasExpired && !trail.some(({ why, revision }) => why === 'ApprovalExpired' && revision === approval.revision))
    notes.push(note('ApprovalExpired', ITSELF, { revision: approval.revision }))
  const was = before?.waiting?.because
  if (waiting && waiting.because !== was) {
    const by = waiting.because === 'Held' ? (hold?.by ?? ITSELF) : ITSELF
    notes.push(note(waiting.because, by, { changes: [shorten(waiting.message, MAX_LINE)] }))
  }
  // That a window has opened shows in what is applied then.
  if (!waiting && (was === 'Held' || was === 'Frozen')) notes.push(note('Resumed', ITSELF))
  return notes
}

function causeOf(
  before: RecommendationStatus | undefined,
  { applied, rollback }: RecommendationStatus,
  { mode, people, now }: ReconcileInput,
  { step, approval: { exempt } }: Pick<ReconcileRules, 'step' | 'approval'>,
): Pick<Change, 'by' | 'why'> {
  // A canary that failed was not applied: what changed then is something else.
  if (rollback && rollback !== before?.rollback && rollback.revision === before?.applied?.revision) {
    const isWish = isRollbackOf(people.rollback, rollback.revision, before?.trail, now)
    return { by: isWish ? people.rollback!.by : ITSELF, why: 'RolledBack' }
  }
  if (applied && applied.revision === before?.canary?.revision.revision) return { by: ITSELF, why: 'CanaryPassed' }
  const moved = changedValues(before?.applied?.containers ?? [], applied?.containers ?? [])
  const isRaise = moved.some(({ value }) => value.reasons?.includes('RaisedAfterOomKill'))
  if (isRaise && mode === 'auto' && exempt.includes('oom')) return { by: ITSELF, why: 'RaisedAfterOomKill' }
  const approval = unlessRolledBack(people.approval, rollback)
  const isByApproval = moved.some(({ container, resource, value }) =>
    isApproved(approval, container, resource, value, step, now),
  )
  if (approval && isByApproval) return { by: approval.approver, why: 'Approved' }
  return { by: ITSELF, why: moved.length > 0 ? 'Learned' : 'Autoscaler' }
}

function changedValues(from: readonly ContainerRecommendation[], to: readonly ContainerRecommendation[]) {
  const before = new Map(from.map((container) => [container.name, container]))
  return to.flatMap((container) =>
    RESOURCES.flatMap((resource) => {
      const [was, value] = [before.get(container.name)?.[resource], container[resource]]
      return value && !(was && isSame(was, value)) ? [{ container: container.name, resource, value }] : []
    }),
  )
}

/** As people read it: `app cpu 500m -> 250m`. */
function listed(
  from: readonly ContainerRecommendation[],
  to: readonly ContainerRecommendation[],
  author: ReconcileInput['author'],
): string[] {
  const names = new Set([...to, ...from].map(({ name }) => name))
  const of = (containers: readonly ContainerRecommendation[], name: string, resource: ResourceName) =>
    containers.find((container) => container.name === name)?.[resource]
  const lines = [...names].flatMap((name) =>
    RESOURCES.flatMap((resource) => {
      const was = spelled(of(from, name, resource)) ?? authored(resource, author.get(name))
      const is = spelled(of(to, name, resource)) ?? authored(resource, author.get(name))
      return was === is ? [] : [shorten(`${name} ${resource} ${was} ${BECOMES} ${is}`, MAX_LINE)]
    }),
  )
  const more = lines.length - MOST_CHANGES
  return more > 0 ? [...lines.slice(0, MOST_CHANGES), `and ${more} more`] : lines
}

const LINE = new RegExp(`^(\\S+) (cpu|memory) (\\S+) ${BECOMES} (\\S+)$`)

/** What a line of the trail says: request and limit before and after, each undefined where there was none. Undefined for other lines. */
export function readChange(line: string):
  | {
      readonly container: string
      readonly resource: ResourceName
      readonly was: readonly (string | undefined)[]
      readonly is: readonly (string | undefined)[]
    }
  | undefined {
  const [, container, resource, was, is] = LINE.exec(line) ?? []
  if (!container || !resource || !was || !is) return undefined
  const values = (text: string) => text.split('/').map((part) => (part === '-' || part === 'unset' ? undefined : part))
  return { container, resource: resource as ResourceName, was: values(was), is: values(is) }
}

function spelled(value: ResourceRecommendation | undefined): string | undefined {
  return value && [value.request, value.limit].filter(Boolean).join('/')
}

function authored(resource: ResourceName, container: ContainerResources | undefined): string {
  const values = container?.[resource]
  if (!values || values === 'invalid') return 'unset'
  const texts = [values.request, values.limit].map((value) =>
    value === undefined ? '-' : formatQuantity(resource, value),
  )
  return texts[1] === '-' ? texts[0]! : texts.join('/')
}
