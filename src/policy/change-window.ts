import { Cron } from 'croner'

/** Recurring time span in which changes may be made. */
export interface ChangeWindow {
  /** Times at which the window opens: five fields, as in crontab(5). */
  readonly cron: string
  /** How long the window stays open. */
  readonly forSeconds: number
  /** Time zone of `cron` in the tz database, such as Europe/Berlin. */
  readonly timeZone: string
}

export type Opening =
  | { readonly isOpen: true }
  | { readonly isOpen: false; readonly opens?: Date | undefined; readonly unreadable?: string | undefined }

/**
 * Whether changes may be made now, and if not, when that may be possible next. In every group of windows (the cluster's, the
 * namespace's) at least one must be open; a group without windows is always open.
 */
export function openingOf(groups: readonly (readonly ChangeWindow[])[], now: Date): Opening {
  const closed = groups.map((windows) => openingOfAny(windows, now)).filter((opening) => !opening.isOpen)
  if (closed.length === 0) return { isOpen: true }
  const unreadable = closed.find((opening) => opening.unreadable !== undefined)
  if (unreadable) return unreadable
  // Changes wait at least until the last of these times, and check then whether the other groups are still open.
  const times = closed.map(({ opens }) => opens?.getTime() ?? Number.POSITIVE_INFINITY)
  const last = Math.max(...times)
  return { isOpen: false, ...(Number.isFinite(last) && { opens: new Date(last) }) }
}

export type Openings = (groups: readonly (readonly ChangeWindow[])[]) => Opening

/**
 * `openingOf` at one time, computed once for each set of windows: evaluating a calendar is slow, and thousands of workloads share a few
 * sets.
 */
export function openingsAt(now: Date): Openings {
  const known = new Map<string, Opening>()
  return (groups) => {
    const key = JSON.stringify(groups)
    const opening = known.get(key) ?? openingOf(groups, now)
    known.set(key, opening)
    return opening
  }
}

function openingOfAny(windows: readonly ChangeWindow[], now: Date): Opening {
  if (windows.length === 0) return { isOpen: true }
  let opens: Date | undefined
  let unreadable: string | undefined
  for (const window of windows) {
    try {
      const schedule = scheduleOf(window)
      const last = schedule.nextRun(new Date(now.getTime() - window.forSeconds * 1000))
      if (last && last <= now) return { isOpen: true }
      const next = schedule.nextRun(now)
      if (next && (!opens || next < opens)) opens = next
    } catch (error) {
      unreadable = `"${window.cron}" in ${window.timeZone}: ${(error as Error).message}`
    }
  }
  return { isOpen: false, opens, ...(opens === undefined && { unreadable }) }
}

function scheduleOf({ cron, timeZone }: Pick<ChangeWindow, 'cron' | 'timeZone'>): Cron {
  return new Cron(cron, { timezone: timeZone, mode: '5-part' })
}
