import { quote } from '../quote.ts'

/** A decimal number as people and programs write it; NaN for everything else that `Number` accepts, such as '' or 0x1F. */
export function decimal(text: string): number {
  const value = Number(text)
  if (value === 0 ? text.trim() === '' : /^\s*0[xob]/i.test(text)) return Number.NaN
  return value
}

/** Numbers from here on are milliseconds: as seconds they would be past the year 5138, as milliseconds they are past March 1973. */
const FIRST_MILLISECONDS = 1e11
/** The year 2100 in Unix seconds: later times are mistakes. */
const LAST_SECONDS = 4_102_444_800

const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)$/

/** Unix seconds of a time in Unix seconds or milliseconds, or in ISO 8601 with a zone; NaN if it is neither. */
export function timeSeconds(text: string): number {
  const value = decimal(text)
  if (value >= 0 && value < LAST_SECONDS) return value
  if (value >= FIRST_MILLISECONDS && value < LAST_SECONDS * 1000) return value / 1000
  const [, year, month, day] = ISO.exec(text) ?? []
  // Date.parse reads 30 February as 2 March.
  if (!day || new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() !== Number(day)) {
    return Number.NaN
  }
  const parsed = Date.parse(text) / 1000
  return parsed >= 0 && parsed < LAST_SECONDS ? parsed : Number.NaN
}

export function whyNotATime(text: string): string {
  return `timestamp ${quote(text)} is no time: expected Unix seconds or milliseconds, or ISO 8601 with a zone`
}

/** Why a text is no valid usage; undefined if it is valid. `value` is the result of `decimal` for it. */
export function whyNotUsage(column: string, text: string, value: number, max: number): string | undefined {
  if (value >= 0 && value <= max) return undefined
  if (value < 0) return `${column} ${quote(text)} is negative`
  if (value > max) return `${column} ${quote(text)} is more than any machine has (${max})`
  return `${column} ${quote(text)} is not a number`
}
