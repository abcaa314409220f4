import type { Severity, WorkloadInsight } from '../../insight/index.ts'
import { formatBytes, formatCores } from '../../resources/index.ts'
import type { Cell } from '../terminal/grid.ts'
import { printable, type Style } from '../terminal/text.ts'
import { formatMoney } from '../terminal/units.ts'

/** Text for a figure that is not known. */
export const UNKNOWN = '?'

export const SEVERITY_STYLES: Readonly<Record<Severity, Style>> = { high: 'red', medium: 'yellow', low: 'dim' }

export function coresCell(cores: number | undefined): string {
  return cores === undefined ? UNKNOWN : formatCores(cores)
}

export function bytesCell(bytes: number | undefined): string {
  return bytes === undefined ? UNKNOWN : formatBytes(bytes)
}

export function moneyCell(amount: number | undefined, currency: string): string {
  return amount === undefined ? UNKNOWN : spelled(amount, currency)
}

/** Formats an amount of money, without cents from 1,000 on. */
function spelled(amount: number, currency: string): string {
  return formatMoney(amount, currency, Math.abs(amount) >= 1000 ? 0 : 2)
}

/** Formats a saving. A saving is green, and a higher cost is yellow. */
export function savingCell(amount: number | undefined, currency: string): Cell {
  if (amount === undefined) return UNKNOWN
  const text = spelled(amount, currency)
  return Math.abs(amount) < 0.005 ? text : { text, style: amount < 0 ? 'yellow' : 'green' }
}

/** Formats a share (0..1) as a percentage: `12 %`, `3.4 %`, `0.08 %`, `<0.01 %`. */
export function shareCell(share: number | undefined): string {
  if (share === undefined) return UNKNOWN
  const percent = share * 100
  if (percent > 0 && percent < 0.005) return '<0.01 %'
  const digits = percent === 0 || percent >= 10 ? 0 : percent >= 1 ? 1 : 2
  return `${percent.toFixed(digits)} %`
}

/** Formats a number of Pods. The average number of a workload that runs now and then has two significant digits. */
export function podsCell(pods: number | undefined): string {
  if (pods === undefined) return UNKNOWN
  return pods >= 10 ? pods.toFixed(0) : String(Number(pods.toPrecision(2)))
}

export function nameOf({ namespace, name }: Pick<WorkloadInsight, 'namespace' | 'name'>): string {
  return printable(`${namespace}/${name}`)
}

export function riskCell(risks: WorkloadInsight['risks']): Cell {
  const [worst] = risks
  return worst ? { text: worst.severity, style: SEVERITY_STYLES[worst.severity] } : '-'
}

export function confidenceCell(confidence: { readonly value: number } | undefined): string {
  return confidence === undefined ? UNKNOWN : confidence.value.toFixed(2)
}
