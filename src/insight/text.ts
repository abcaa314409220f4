/* Figures in sentences. */

/** A share of all, in whole per cent where that says enough. */
export function shareText(share: number): string {
  const percent = share * 100
  return `${percent >= 9.95 || percent === 0 ? Math.round(percent) : percent.toFixed(1)} %`
}

export function formatCount(count: number): string {
  return count.toLocaleString('en')
}

/** `1 Pod`, `2 Pods`. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`
}
