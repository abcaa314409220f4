import type { Goal } from '../../api/index.ts'
import type { HistoryOptions } from '../../readers/index.ts'

/** Parsed options of `plimsoll start`. */
export interface StartOptions extends HistoryOptions {
  readonly goal: Goal
  readonly pods?: readonly string[]
  readonly config?: string
  readonly cpuPrice: number
  readonly memoryPrice: number
  readonly port: number
  readonly opsPort?: number
  readonly dashboardPort?: number
  readonly data: string
  readonly once?: boolean
}
