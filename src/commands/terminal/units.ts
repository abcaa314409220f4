/**
 * Formats money: `$12.30`, `−$4.05`, `€0.70`.
 *
 * @param currency currency code (ISO 4217)
 * @param digits number of digits after the point
 */
export function formatMoney(amount: number, currency = 'USD', digits = 2): string {
  const rounded = Math.abs(amount) < 0.005 ? 0 : amount
  const text = Math.abs(rounded).toLocaleString('en', {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  return `${rounded < 0 ? '−' : ''}${text}`
}
