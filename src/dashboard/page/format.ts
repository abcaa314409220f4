/** Text for a number that is not known. */
export const NONE = '–'

const MEBI = 2 ** 20
const GIBI = 2 ** 30
const TEBI = 2 ** 40

/** Formats cores as Kubernetes does: `250m`, `1.5`. */
export function cores(value: number | null | undefined): string {
  if (value === undefined || value === null) return NONE
  if (value !== 0 && Math.abs(value) < 1) return `${digits(value * 1000, Math.abs(value) < 0.01 ? 1 : 0)}m`
  return digits(value, Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0)
}

/** Formats bytes as Kubernetes does: `512Mi`, `1.5Gi`. */
export function bytes(value: number | null | undefined): string {
  if (value === undefined || value === null) return NONE
  const size = Math.abs(value)
  if (size >= TEBI) return `${digits(value / TEBI, 2)}Ti`
  if (size >= GIBI) return `${digits(value / GIBI, size < 10 * GIBI ? 2 : 1)}Gi`
  return `${digits(value / MEBI, size < 10 * MEBI && size > 0 ? 1 : 0)}Mi`
}

export function amount(resource: 'cpu' | 'memory', value: number | null | undefined): string {
  return resource === 'cpu' ? cores(value) : bytes(value)
}

export function money(value: number | null | undefined, currency: string): string {
  if (value === undefined || value === null) return NONE
  const fraction = Math.abs(value) < 100 && Math.abs(value) >= 0.005 ? 2 : 0
  const format = {
    style: 'currency',
    currency,
    minimumFractionDigits: fraction,
    maximumFractionDigits: fraction,
  } as const
  // No minus sign before zero.
  return new Intl.NumberFormat('en', format).format(Math.abs(value) < 0.005 ? 0 : value)
}

export function percent(share: number | null | undefined, fraction = 0): string {
  if (share === undefined || share === null) return NONE
  if (share > 0 && share * 100 < 10 ** -fraction / 2) return `<${10 ** -fraction} %`
  // Not quite all is not all.
  if (share < 1 && share * 100 >= 100 - 10 ** -fraction / 2) return `>${digits(100 - 10 ** -fraction, fraction)} %`
  return `${digits(share * 100, fraction)} %`
}

export function count(value: number, one: string, many = `${one}s`): string {
  return `${digits(value, 0)} ${value === 1 ? one : many}`
}

function digits(value: number, most: number): string {
  return new Intl.NumberFormat('en', { maximumFractionDigits: most }).format(value)
}

const STEPS = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
] as const

/** Formats roughly how long ago a time was, or how far ahead it is: `3 h ago`, `in 2 d`. */
export function ago(time: string, now = Date.now()): string {
  const seconds = (now - Date.parse(time)) / 1000
  const text = span(Math.abs(seconds))
  if (text === '') return 'just now'
  return seconds >= 0 ? `${text} ago` : `in ${text}`
}

function span(seconds: number): string {
  for (const [unit, length] of STEPS) if (seconds >= length) return `${Math.floor(seconds / length)} ${unit}`
  return seconds < 5 ? '' : `${Math.floor(seconds)} s`
}

/** Formats a time in the time zone of the browser. A number is in seconds since 1970. */
export function moment(time: string | number): string {
  const date = new Date(typeof time === 'number' ? time * 1000 : time)
  return date.toLocaleString('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })
}
