/** `$12.30`, `−$4.05`, `€0.70`. @param currency ISO 4217 */
export function formatMoney(amount: number, currency = 'USD'): string {
  const rounded = Math.abs(amount) < 0.005 ? 0 : amount
  const text = Math.abs(rounded).toLocaleString('en', {
    style: 'currency',
    currency,
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  })
  return `${rounded < 0 ? '−' : ''}${text}`
}

export function formatCount(count: number): string {
  return count.toLocaleString('en')
}

/** `1 Pod`, `2 Pods`. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`
}
