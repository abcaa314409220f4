import { quote } from '../quote.ts'

/** Decimal mark, once the file has shown which one it uses. */
export type DecimalMark = '.' | ','

/** A decimal number as programs write it; NaN for everything else that `Number` accepts, such as '' or 0x1F. */
export function decimal(text: string): number {
  const value = Number(text)
  if (value === 0) return text.trim() === '' ? Number.NaN : value
  // Only a text that begins with a zero or a space can be hexadecimal.
  return text.charCodeAt(0) <= 0x30 && /^\s*0[xob]/i.test(text) ? Number.NaN : value
}

/** Groups of three digits, and their separator: a space, an apostrophe, a point or a comma. */
const GROUPED = /^([+-]?\d{1,3})((?:[ \u00a0\u202f'’]\d{3})+|(?:\.\d{3})+|(?:,\d{3})+)(?:([.,])(\d+))?$/
const WITH_COMMA = /^[+-]?\d*,\d+(?:[eE][+-]?\d+)?$/

/**
 * A number as people and spreadsheets write it: possibly with a decimal comma, and with its digits in groups of three.
 *
 * @param mark decimal mark of the file, if known
 * @returns NaN if it is not a number, or is ambiguous: "1,234" without a known mark
 */
export function numberIn(text: string, mark: DecimalMark | undefined): number {
  if (mark !== ',' || !text.includes('.')) {
    const value = decimal(text)
    if (!Number.isNaN(value)) return value
  }
  const trimmed = text.trim()
  const [, whole, groups, point, fraction] = GROUPED.exec(trimmed) ?? []
  if (whole !== undefined && groups !== undefined) {
    const separator = groups[0]!
    const asGroups = Number(`${whole}${groups.replaceAll(/\D/g, '')}.${fraction ?? '0'}`)
    if (point === separator) return Number.NaN
    const canBeFraction = groups.length === 4 && point === undefined && (separator === ',' || separator === '.')
    // No number begins with a group of zeros: "0,250" is a fraction.
    if (!canBeFraction) return separator === mark ? Number.NaN : asGroups
    if (separator === mark || /^[+-]?0/.test(whole)) return decimal(trimmed.replace(',', '.'))
    return mark === undefined ? Number.NaN : asGroups
  }
  if (WITH_COMMA.test(trimmed)) return mark === '.' ? Number.NaN : decimal(trimmed.replace(',', '.'))
  return mark === ',' ? decimal(trimmed) : Number.NaN
}

/** The only possible decimal mark of a number; undefined if it has none, or is ambiguous. */
export function markShownBy(text: string): DecimalMark | undefined {
  const number = /^[+-]?[\d.,]+/.exec(text.trim())?.[0] ?? ''
  if (!number.includes(',')) return undefined
  const value = numberIn(number, undefined)
  return value === numberIn(number, ',') ? ',' : undefined
}

/** Whether a number is ambiguous without the file's decimal mark. */
export function isAmbiguous(text: string): boolean {
  return Number.isNaN(numberIn(text, undefined)) && !Number.isNaN(numberIn(text, '.'))
}

/** Why a text is not valid usage; undefined if it is valid. `value` is its number. */
export function whyNotUsage(column: string, text: string, value: number, max: number): string | undefined {
  if (value >= 0 && value <= max) return undefined
  if (value < 0) return `${column} ${quote(text)} is negative`
  if (value > max) return `${column} ${quote(text)} is more than any machine has (${max})`
  if (isAmbiguous(text)) {
    return `${column} ${quote(text)} is ambiguous: choose with --decimal-mark comma or --decimal-mark point`
  }
  if (text.trim().endsWith('%')) return `${column} ${quote(text)} is a share of something unknown`
  return `${column} ${quote(text)} is not a number`
}
