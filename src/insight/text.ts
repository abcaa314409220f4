/* Figures in sentences. */

/** Formats a share as a percentage: a whole number from 10 % on, one decimal below. */
export function shareText(share: number): string {
  const percent = share * 100
  return `${percent >= 9.95 || percent === 0 ? Math.round(percent) : percent.toFixed(1)} %`
}

export function formatCount(count: number): string {
  return count.toLocaleString('en')
}

/** Formats a count with its noun: `1 Pod`, `2 Pods`. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`
}
