import { HistoryError } from '../source.ts'

/** Seconds by which a time zone is ahead of UTC, at a local time (Unix seconds as if clocks showed UTC). */
export type ZoneOffset = (localSeconds: number) => number

const OFFSET = /^(?:UTC|GMT)?([+-])(\d{1,2}):?(\d\d)?$/i
const QUARTER_SECONDS = 900
const MAX_KNOWN = 100_000

/**
 * The offsets of a time zone by its name in the tz database (`Europe/Berlin`), as an offset (`+02:00`), or `UTC`.
 *
 * @throws HistoryError if there is no such zone
 */
export function zoneOffset(zone: string): ZoneOffset {
  if (/^(?:utc|gmt|z)$/i.test(zone)) return () => 0
  const [, sign, hours, minutes = '0'] = OFFSET.exec(zone) ?? []
  if (hours !== undefined) {
    const seconds = (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60)
    return () => seconds
  }
  const format = formatOf(zone)
  const known = new Map<number, number>()
  // Clocks change at a quarter of an hour. A time that is skipped or repeated has the offset after the change.
  return (localSeconds) => {
    const quarter = Math.floor(localSeconds / QUARTER_SECONDS)
    const found = known.get(quarter)
    if (found !== undefined) return found
    const first = offsetAt(format, localSeconds)
    const offset = offsetAt(format, localSeconds - first)
    if (known.size < MAX_KNOWN) known.set(quarter, offset)
    return offset
  }
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  } catch (cause) {
    throw new HistoryError(
      `--time-zone ${JSON.stringify(timeZone)} is not a time zone: expected a name such as Europe/Berlin, or an offset such as +02:00`,
      { cause },
    )
  }
}

function offsetAt(format: Intl.DateTimeFormat, utcSeconds: number): number {
  const parts = format.formatToParts(utcSeconds * 1000)
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const [, sign, hours, minutes = '0'] = /([+-])(\d\d):(\d\d)/.exec(name) ?? []
  return hours === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60)
}
