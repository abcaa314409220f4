import type { RiskCode, Severity } from './model.ts'

/** Thresholds from which something is a risk of each severity; docs/guides/report.md lists them. */
export const RISK_LEVELS = {
  /** Peak of memory as a share of its limit. */
  atLimit: { high: 0.95, medium: 0.85 },
  /** Days until a growing memory reaches its limit. */
  daysLeft: { high: 7, medium: 30, low: 90 },
  /** Share of CPU samples above the request. */
  cpuAbove: { high: 0.5, medium: 0.1, low: 0.05 },
  /** Share of memory samples above the request: the Pod is among the first to be evicted. */
  memoryAbove: { high: 0.5, medium: 0.05, low: 0.005 },
  /** Share of CPU periods in which a container was throttled. */
  throttled: { high: 0.25, medium: 0.05, low: 0.01 },
} as const

/** Severities, the highest first. */
export const SEVERITIES: readonly Severity[] = ['high', 'medium', 'low']

export const RISK_CODES: readonly RiskCode[] = [
  'OomKills',
  'Crashing',
  'AtLimit',
  'LimitAhead',
  'Throttled',
  'AboveRequest',
  'NoRequest',
]

/** @returns the highest severity whose level the figure reaches; undefined if it is below all levels */
export function levelFrom(figure: number, levels: Readonly<Partial<Record<Severity, number>>>): Severity | undefined {
  return SEVERITIES.find((severity) => levels[severity] !== undefined && figure >= levels[severity])
}

/** @returns the highest severity whose level the figure does not exceed; undefined if it is above all levels */
export function levelUpTo(figure: number, levels: Readonly<Partial<Record<Severity, number>>>): Severity | undefined {
  return SEVERITIES.find((severity) => levels[severity] !== undefined && figure <= levels[severity])
}
