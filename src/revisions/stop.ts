import type { Waiting } from '../api/index.ts'
import { isoSeconds } from '../api/index.ts'
import type { ReconcileInput } from './reconcile-input.ts'
import { shorten } from './text.ts'

const DAY_MILLISECONDS = 24 * 3_600_000

/**
 * Why no new revision may be applied: somebody holds the workload, or its namespace or the cluster is frozen. Undefined if neither is
 * the case.
 */
export function stopOf({ spec, freezes, now }: Pick<ReconcileInput, 'spec' | 'freezes' | 'now'>): Waiting | undefined {
  const { hold } = spec
  if (hold && !(hold.until && now >= new Date(hold.until))) {
    const message = `held by ${hold.by}${hold.reason ? `: ${hold.reason}` : ''}`
    return {
      because: 'Held',
      ...(hold.until && { until: isoSeconds(new Date(hold.until)) }),
      message: shorten(message),
    }
  }
  const freeze = freezes.find(({ until }) => !(until && now >= until))
  if (freeze) {
    const message = `${freeze.of} is frozen${freeze.reason ? `: ${freeze.reason}` : ''}`
    return { because: 'Frozen', ...(freeze.until && { until: isoSeconds(freeze.until) }), message: shorten(message) }
  }
  return undefined
}

/** Whether it lasts until somebody ends it, or until the time that a person set. */
export function isStopped({ because }: Pick<Waiting, 'because'>): boolean {
  return because === 'Held' || because === 'Frozen'
}

/** Why values that are due are not applied yet; undefined if a change window is open. */
export function waitOf({ opening }: Pick<ReconcileInput, 'opening'>): Waiting | undefined {
  if (opening.isOpen) return undefined
  const { opens, unreadable } = opening
  const message =
    unreadable !== undefined
      ? `the change window cannot be read, so it is closed: ${unreadable}`
      : opens
        ? `the next change window opens at ${isoSeconds(opens)}`
        : 'no change window will open again'
  return { because: 'ChangeWindow', ...(opens && { until: isoSeconds(opens) }), message: shorten(message) }
}

/** Why decreases wait: too little is known of the workload. */
export function youthOf({ learned, now }: Pick<ReconcileInput, 'learned' | 'now'>, minimumDays: number): Waiting {
  const evidence = learned.flatMap((container) => container.evidence ?? [])
  const until = new Date(Math.max(...evidence.map(({ from }) => Date.parse(from))) + minimumDays * DAY_MILLISECONDS)
  const known = evidence.length === 0 ? 0 : Math.min(minimumDays, ...evidence.flatMap(({ days }) => days ?? []))
  const days = `${minimumDays} ${minimumDays === 1 ? 'day' : 'days'}`
  return {
    because: 'Young',
    // If usage comes in short runs, it takes longer than that.
    ...(evidence.length > 0 && until > now && { until: isoSeconds(until) }),
    message: `nothing is lowered before ${days} of usage are known; so far ${known} ${known === 1 ? 'is' : 'are'}`,
  }
}
