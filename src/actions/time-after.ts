import { isoSeconds } from '../api/index.ts'
import { ActionError } from './error.ts'

const UNITS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 }

/** The time after a duration such as `12h` from now, RFC 3339 to the second. @throws ActionError if it is no duration */
export function timeAfter(duration: string, now = new Date()): string {
  const [, count, unit] = /^([1-9][0-9]{0,4})([mhd])$/.exec(duration) ?? []
  if (!count || !unit) throw new ActionError(`${duration} is not a duration. Expected one such as 90m, 12h or 30d`)
  return isoSeconds(new Date(now.getTime() + Number(count) * UNITS[unit]! * 1000))
}
