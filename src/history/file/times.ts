import { quote } from '../quote.ts'
import { numberIn } from './numbers.ts'
import { type ZoneOffset, zoneOffset } from './time-zone.ts'

/** Order of day and month in dates with slashes. */
export type DateOrder = 'dmy' | 'mdy'

export interface TimeOptions {
  /** Time zone of times without one; if missing, UTC is assumed. */
  readonly zone?: string | undefined
  readonly dateOrder?: DateOrder | undefined
  /** Whether numbers are serial dates of a spreadsheet: days since the end of 1899. */
  readonly isSerial?: boolean
}

/** From this number on, a time is in milliseconds: as seconds it would be past the year 5138, as milliseconds it is past March 1973. */
const FIRST_MILLISECONDS = 1e11
/** The year 2100 in Unix seconds: later times are mistakes. */
const LAST_SECONDS = 4_102_444_800
const PER_SECOND = [1, 1e3, 1e6, 1e9] as const

const DATE = String.raw`(?<y>\d{4})-(?<m>\d\d)-(?<d>\d\d)`
const CLOCK = String.raw`(?<H>\d\d?):(?<M>\d\d)(?::(?<S>\d\d)(?:[.,](?<f>\d{1,12}))?)?(?:\s?(?<half>[AaPp])\.?[Mm]\.?)?`
const ZONE = String.raw`(?:\s?(?<zone>[Zz]|UTC|utc|GMT|gmt|(?:UTC|GMT)?[+-]\d\d(?::?\d\d)?))?(?:\s(?:UTC|GMT|[+-]\d{2,4}))?`
const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const NAMED = '(?<mon>[A-Z][a-z]{2})[a-z]*'

const FORMS = [
  // ISO 8601, with a space or a T, as pandas, BigQuery, InfluxDB, Go and PostgreSQL write it; also the date alone.
  new RegExp(`^${DATE}(?:[Tt ]\\s?${CLOCK}${ZONE})?$`),
  // The basic form of ISO 8601.
  /^(?<y>\d{4})(?<m>\d\d)(?<d>\d\d)[Tt](?<H>\d\d)(?<M>\d\d)(?<S>\d\d)(?:[.,](?<f>\d{1,9}))?(?<zone>[Zz]|[+-]\d\d:?\d\d)?$/,
  new RegExp(`^(?<y>\\d{4})/(?<m>\\d\\d?)/(?<d>\\d\\d?)(?:[T ]${CLOCK}${ZONE})?$`),
  // Spreadsheets in Europe.
  new RegExp(`^(?<d>\\d\\d?)\\.(?<m>\\d\\d?)\\.(?<y>\\d{4})(?:,?[T ]${CLOCK}${ZONE})?$`),
  // HTTP and e-mail, and the form that people write.
  new RegExp(`^(?:[A-Z][a-z]{2},? )?(?<d>\\d\\d?)[ -]${NAMED}[ -](?<y>\\d{4})(?:,? ${CLOCK}${ZONE})?$`),
  // The program date: Sun Nov 29 21:19:00 UTC 2026.
  new RegExp(`^(?:[A-Z][a-z]{2} )?${NAMED} +(?<d>\\d\\d?) ${CLOCK}${ZONE} (?<y>\\d{4})$`),
  new RegExp(`^${NAMED} (?<d>\\d\\d?), (?<y>\\d{4}),?(?: @)? ${CLOCK}${ZONE}$`),
]
/** Dates with slashes, whose order of day and month depends on the country. */
const SLASHED = new RegExp(`^(?<a>\\d\\d?)/(?<b>\\d\\d?)/(?<y>\\d{4}|\\d\\d),?(?: ${CLOCK}${ZONE})?$`)

type Groups = Readonly<Record<string, string | undefined>>

/** Reads times in every unambiguous form. */
export class Times {
  /** Whether a time had no time zone, so that UTC was assumed. */
  assumedUtc = false
  readonly #zone: ZoneOffset | undefined
  readonly #dateOrder: DateOrder | undefined
  readonly #isSerial: boolean

  /** @throws HistoryError if there is no such zone */
  constructor({ zone, dateOrder, isSerial = false }: TimeOptions = {}) {
    this.#zone = zone === undefined ? undefined : zoneOffset(zone)
    this.#dateOrder = dateOrder
    this.#isSerial = isSerial
  }

  /** Unix seconds of a time; NaN if it is not a time, or is ambiguous. */
  seconds(text: string): number {
    const value = numberIn(text, undefined)
    if (!Number.isNaN(value)) return this.#isSerial && isSerialDate(value) ? this.#ofSerial(value) : ofNumber(value)
    const trimmed = text.trim()
    for (const form of FORMS) {
      const groups = form.exec(trimmed)?.groups
      if (groups) return this.#ofDate(groups)
    }
    const slashed = SLASHED.exec(trimmed)?.groups
    if (!slashed) return Number.NaN
    const order = this.#dateOrder ?? orderShownBy(trimmed)
    const { a, b } = slashed
    return order ? this.#ofDate({ ...slashed, ...(order === 'dmy' ? { d: a, m: b } : { d: b, m: a }) }) : Number.NaN
  }

  whyNot(text: string): string {
    if (SLASHED.test(text.trim()) && this.#dateOrder === undefined && orderShownBy(text.trim()) === undefined) {
      return `timestamp ${quote(text)} is ambiguous: choose with --date-order dmy or --date-order mdy`
    }
    return `timestamp ${quote(text)} is not a time: expected Unix seconds or milliseconds, or ISO 8601`
  }

  #ofDate({ y, m, mon, d, H = '0', M = '0', S = '0', f, half, zone }: Groups): number {
    const month = mon === undefined ? Number(m) : MONTHS.indexOf(mon.toLowerCase()) + 1
    const hour = half === undefined ? Number(H) : hourOf(Number(H), half)
    const [day, minute, second] = [Number(d), Number(M), Number(S)]
    const year = Number(y) + (y?.length === 2 ? 2000 : 0)
    const local = Date.UTC(year, month - 1, day, hour, minute, second) / 1000
    // Date.UTC reads 30 February as 2 March. A leap second counts as the first one of the next minute.
    const date = new Date(Date.UTC(year, month - 1, day))
    const isReal = date.getUTCMonth() === month - 1 && date.getUTCDate() === day
    if (!isReal || !(hour <= 24) || minute > 59 || second > 60) return Number.NaN
    const seconds = local + (f === undefined ? 0 : Number(`0.${f}`)) - this.#offset(local, zone)
    return seconds >= 0 && seconds < LAST_SECONDS ? seconds : Number.NaN
  }

  #ofSerial(days: number): number {
    // A spreadsheet's precision is about a tenth of a millisecond.
    const local = Math.round((days - SERIAL_OF_1970) * 86_400e3) / 1e3
    return local - this.#offset(local, undefined)
  }

  #offset(localSeconds: number, zone: string | undefined): number {
    if (zone !== undefined) return zoneSeconds(zone)
    if (this.#zone) return this.#zone(localSeconds)
    this.assumedUtc = true
    return 0
  }
}

/** Serial date of 1 January 1970. */
const SERIAL_OF_1970 = 25_569
/** Serial dates of 2000 and 2100. */
const [FIRST_SERIAL, LAST_SERIAL] = [36_526, 73_051]

function isSerialDate(value: number): boolean {
  return value >= FIRST_SERIAL && value < LAST_SERIAL
}

/** Whether the times of a table are serial dates of a spreadsheet. Unix seconds in 1970 would have no fractions of a day. */
export function areSerialDates(texts: readonly string[]): boolean {
  const numbers = texts.filter((text) => text !== '').map((text) => numberIn(text, undefined))
  return numbers.length > 1 && numbers.every(isSerialDate) && numbers.some((value) => !Number.isInteger(value))
}

/** Unix seconds of a number of seconds, milliseconds, microseconds or nanoseconds. */
function ofNumber(value: number): number {
  if (value >= 0 && value < LAST_SECONDS) return value
  for (const per of PER_SECOND.slice(1)) {
    if (value >= (FIRST_MILLISECONDS / 1e3) * per && value < LAST_SECONDS * per) return value / per
  }
  return Number.NaN
}

function hourOf(hour: number, half: string): number {
  if (hour < 1 || hour > 12) return Number.NaN
  return (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0)
}

function zoneSeconds(zone: string): number {
  const [, sign, hours, minutes = '0'] = /([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? []
  return hours === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60)
}

/** The only possible order of day and month in a date with slashes; undefined if it is ambiguous. */
export function orderShownBy(text: string): DateOrder | undefined {
  const { a, b, y } = SLASHED.exec(text.trim())?.groups ?? {}
  // With two digits, the first number may be the year.
  if (Number(a) > 12) return y?.length === 4 ? 'dmy' : undefined
  return Number(b) > 12 ? 'mdy' : undefined
}
