/* Figures as people read them, on a terminal or a page. */

/** A share (0..1) in percent, with enough digits to tell it from none and from all: `12 %`, `3.4 %`, `0.08 %`, `99.7 %`. */
export function percent(share: number): string {
  const of100 = share * 100
  const size = Math.abs(of100)
  if (size > 0 && size < 0.005) return '<0.01 %'
  if (size >= 99.95 && size < 100) return '>99.9 %'
  const digits = size === 0 || (size >= 10 && size < 99) || size >= 100 ? 0 : size >= 1 ? 1 : 2
  return `${of100.toFixed(digits).replace('-', '−')} %`
}

/** A number with three digits, or with all digits before the point: `0.53`, `31.2`, `10,321`. */
export function amount(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

/** Date in UTC of a Unix time in seconds: `2026-01-31`. */
export function day(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10)
}
