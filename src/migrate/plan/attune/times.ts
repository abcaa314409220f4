import type { SizingPolicySpec } from '../../../api/index.ts'
import type { Schedule } from './object.ts'

const SECONDS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 }
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const A_DAY_MINUTES = 24 * 60
const MOST_SECONDS = 999_999

/** A duration of Go, such as `1h30m` or `5m0s`, as a SizingPolicy has it; undefined if it cannot be read or is 0. */
export function durationOf(text: string): string | undefined {
  if (!/^(\d+(?:\.\d+)?[hms])+$/.test(text)) return undefined
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)([hms])/g)]
  const seconds = Math.round(parts.reduce((sum, [, count, unit]) => sum + Number(count) * SECONDS[unit!]!, 0))
  if (seconds < 1 || seconds > MOST_SECONDS) return undefined
  if (seconds % 3600 === 0) return `${seconds / 3600}h`
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`
}

/** The windows of a schedule; undefined if it cannot be read. */
export function windowsOf({ windows, daysOfWeek, timezone }: Schedule): SizingPolicySpec['changeWindows'] | undefined {
  const days = (daysOfWeek ?? []).map((day) => DAYS.indexOf(day))
  if (days.includes(-1)) return undefined
  const on = days.length > 0 ? days.join(',') : '*'
  const all = (windows ?? []).length > 0 ? windows! : [{ start: '00:00', end: '00:00' }]
  const spans = all.map(({ start, end }) => [minutesOf(start), minutesOf(end)] as const)
  if (spans.some(([start, end]) => start === undefined || end === undefined)) return undefined
  return spans.map(([start, end]) => {
    // A window that ends before it starts goes past midnight, and one that ends when it starts lasts all day.
    const minutes = (end! - start! + A_DAY_MINUTES) % A_DAY_MINUTES || A_DAY_MINUTES
    return {
      cron: `${start! % 60} ${Math.floor(start! / 60)} * * ${on}`,
      for: `${minutes}m`,
      ...(timezone && timezone !== 'UTC' && { timeZone: timezone }),
    }
  })
}

function minutesOf(text: string): number | undefined {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? []
  return hours === undefined ? undefined : Number(hours) * 60 + Number(minutes)
}
