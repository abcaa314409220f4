/* Figures in sentences. */

/** A share of all, in whole per cent where that says enough. */
export function shareText(share: number): string {
  const percent = share * 100
  return `${percent >= 9.95 || percent === 0 ? Math.round(percent) : percent.toFixed(1)} %`
}

export function countText(count: number): string {
  return count.toLocaleString('en')
}
