import type { ChangeReason, RecommendationStatus, ValueChange } from '../api/index.ts'
import type { ReasonCode } from '../policy/index.ts'

/** The name under which Plimsoll itself makes changes. */
export const BY_PLIMSOLL = 'plimsoll'

/** Everything that can happen to a Recommendation: reasons that the changelog records, and those that are only announced. */
export type EventReason =
  | ChangeReason
  | 'CanaryStarted'
  | 'CanaryFailed'
  | 'PendingApproval'
  | 'ProvenGood'
  | 'HeldForVpa'
  | 'HeldForHpa'

/** One thing that happened in a reconciliation. */
export interface RevisionEvent {
  readonly reason: EventReason
  /** Who did it: `plimsoll` or a user name. */
  readonly by: string
  /** Number of the revision that was applied, tried, asked for, rejected or rolled back; undefined for the author's values. */
  readonly revision?: number
  /** Number of the revision that was applied before; undefined if Pods had the author's values. */
  readonly from?: number
  /** Lowest confidence of the applied values, 0..1. */
  readonly confidence?: number
  readonly changes?: readonly ValueChange[]
  /** What happened or why, for a person to read. */
  readonly message?: string
  /** Time before which no other revision is tried, RFC 3339. */
  readonly until?: string
}

/** The workload that an event is about, and its status afterwards. */
export interface EventContext {
  readonly workload: { readonly namespace: string; readonly kind: string; readonly name: string }
  readonly status: RecommendationStatus
}

/** A Kubernetes Event about the workload. */
interface Announcement {
  readonly type: 'Normal' | 'Warning'
  readonly reason: ReasonCode
  /** Verb that says what the reporter did: `events.k8s.io/v1` Event.action. */
  readonly action: string
  /** Builds the text of the Event: a sentence with figures. */
  readonly note: (event: RevisionEvent, context: EventContext) => string
}

/** Where an event is reported. The audit log has the same entries as the changelog. */
interface Rendering {
  readonly inChangelog: boolean
  /** Whether it is written before others, because somebody waits for it or a container is being killed. */
  readonly isUrgent: boolean
  readonly announcement?: Announcement
  /** Type of the notice to the HTTP endpoint of `settings.notices`. */
  readonly notice?: 'PendingApproval' | 'RolledBack'
}

const applied = (reason: ReasonCode): Announcement => ({
  type: 'Normal',
  reason,
  action: 'Applying',
  note: ({ revision, message, changes }, { workload }) =>
    `Revision ${revision} is injected into ${podsOf(workload)} from now on${listed(changes)}.${message ? ` ${message}` : ''}`,
})

/** Maximum number of changes in a note. */
const MOST_CHANGES = 6

/** `: app cpu 1 -> 500m`; empty without changes. */
function listed(changes: readonly ValueChange[] | undefined): string {
  return changes ? `: ${describeChanges(changes)}` : ''
}

function describeChanges(changes: readonly ValueChange[]): string {
  const of = (values: ValueChange['from']) =>
    values ? `${values.request}${values.limit === undefined ? '' : ` (limit ${values.limit})`}` : 'no request'
  const shown = changes
    .slice(0, MOST_CHANGES)
    .map(({ container, resource, from, to }) => `${container} ${resource} ${of(from)} -> ${of(to)}`)
  const more = changes.length - shown.length
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('; ')
}

const rolledBack = (reason: ReasonCode): Announcement => ({
  type: 'Warning',
  reason,
  action: 'RollingBack',
  note: (event, { workload, status }) => {
    const { message, until } = event
    const pods = podsOf(workload)
    const instead = status.applied
      ? `revision ${status.applied.revision} is injected into ${pods}`
      : `${pods} keep what their author wrote`
    return `Revision ${revisionConcerned(event)} was rolled back: ${message}. From now on ${instead}; no other revision is tried before ${until}.`
  },
})

const held = (reason: 'HeldForVpa' | 'HeldForHpa'): Announcement => ({
  type: 'Normal',
  reason,
  action: 'Holding',
  note: ({ message }) =>
    `The author's values stay for ${message}: ${reason === 'HeldForHpa' ? 'an HPA scales on its utilization' : 'a VerticalPodAutoscaler sizes it'}.`,
})

const QUIET: Rendering = { inChangelog: true, isUrgent: false }

/** The only table that says how each event appears in changelog, Kubernetes Event, notice, audit log and metric, and how urgent it is. */
export const EVENTS: Readonly<Record<EventReason, Rendering>> = {
  Learned: { inChangelog: true, isUrgent: false, announcement: applied('Applied') },
  Approved: { inChangelog: true, isUrgent: true, announcement: applied('Applied') },
  RaisedAfterOomKill: { inChangelog: true, isUrgent: true, announcement: applied('RaisedAfterOomKill') },
  RaisedForPressure: { inChangelog: true, isUrgent: true, announcement: applied('RaisedForPressure') },
  CanaryPassed: { inChangelog: true, isUrgent: false, announcement: applied('CanaryPassed') },
  RolledBack: { inChangelog: true, isUrgent: true, announcement: rolledBack('RolledBack'), notice: 'RolledBack' },
  Autoscaler: { inChangelog: true, isUrgent: false, announcement: applied('Applied') },
  Rejected: { inChangelog: true, isUrgent: true },
  ApprovalExpired: QUIET,
  Held: { inChangelog: true, isUrgent: true },
  Frozen: QUIET,
  ChangeWindow: QUIET,
  SloBurning: {
    inChangelog: true,
    isUrgent: false,
    announcement: { type: 'Warning', reason: 'SloBurning', action: 'Holding', note: lowersNothing },
  },
  SloMissing: {
    inChangelog: true,
    isUrgent: false,
    announcement: { type: 'Warning', reason: 'SloMissing', action: 'Holding', note: lowersNothing },
  },
  Resumed: QUIET,
  CanaryStarted: {
    inChangelog: false,
    isUrgent: false,
    announcement: {
      type: 'Normal',
      reason: 'CanaryStarted',
      action: 'Trying',
      note: ({ revision, changes }, { workload, status }) =>
        `Revision ${revision} is given to ${status.canary!.percent} % of the ${podsOf(workload)} first${listed(changes)}.`,
    },
  },
  CanaryFailed: { inChangelog: false, isUrgent: true, announcement: rolledBack('CanaryFailed'), notice: 'RolledBack' },
  PendingApproval: {
    inChangelog: false,
    isUrgent: false,
    announcement: {
      type: 'Normal',
      reason: 'PendingApproval',
      action: 'Asking',
      note: ({ revision, changes }, { workload: { namespace, kind, name } }) =>
        `Revision ${revision} waits for approval${listed(changes)}. Approve it: kubectl plimsoll approve ${kind.toLowerCase()}/${name} -n ${namespace}`,
    },
    notice: 'PendingApproval',
  },
  ProvenGood: {
    inChangelog: false,
    isUrgent: false,
    announcement: {
      type: 'Normal',
      reason: 'ProvenGood',
      action: 'Keeping',
      note: ({ revision }) => `Revision ${revision} has run for a day without trouble: a rollback would return to it.`,
    },
  },
  HeldForVpa: { inChangelog: false, isUrgent: false, announcement: held('HeldForVpa') },
  HeldForHpa: { inChangelog: false, isUrgent: false, announcement: held('HeldForHpa') },
}

function lowersNothing({ message }: RevisionEvent): string {
  return `Values are not lowered for now; raises continue. ${message}.`
}

/** Number of the revision that an event is about for its reader: for a rollback, the one that was rolled back. */
export function revisionConcerned({ reason, revision, from }: RevisionEvent): number | undefined {
  return reason === 'RolledBack' ? from : revision
}

function podsOf({ kind, name }: EventContext['workload']): string {
  return `new Pods of ${kind} ${name}`
}
