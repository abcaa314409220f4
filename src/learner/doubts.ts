import { HOURS_KEPT } from './closed-hours.ts'
import type { ContainerRecord } from './container-record.ts'
import { memoryHeldDays, shareAbove } from './held-days.ts'
import type { UsageWindow } from './usage-window.ts'
import { versionAge } from './version.ts'

/** From this confidence on, no reason is given. */
const SURE = 0.9
/** Usage rises if more of these hours than of the day is above the request. */
const RISING_HOURS = 6
/** A shorter history is a reason for low confidence. */
const YOUNG_DAYS = 7

/**
 * Why confidence in a CPU request is low, for people. Bursts are no reason, because the share that a day may reach is stated.
 *
 * @param record with a current decision
 * @param confidence 0..1; NaN where unknown
 * @returns undefined if confidence is high or unknown
 */
export function cpuDoubt(record: ContainerRecord, confidence: number): string | undefined {
  const { usage, decision } = record
  if (!(confidence < SURE) || !decision.prices) return undefined
  const { newest, statedShare, hasBroken } = usage.knownDays(decision.cpuRequest, decision.prices.cpu.shortfall)
  const since = historyDoubt(record)
  if (since !== undefined) return since
  if (hasBroken) return 'busier lately than on any day before'
  if (newest > statedShare / 2) return 'the last day was about as busy as any'
  const isRising = shareAbove(usage, usage.hours - RISING_HOURS, usage.hours, decision.cpuRequest) > newest
  return isRising ? 'rose in the last hours' : 'usage differs from day to day'
}

/**
 * Why confidence in a memory limit is low, for people.
 *
 * @param record with a current decision
 * @param confidence 0..1; NaN where unknown
 * @returns undefined if confidence is high or unknown
 */
export function memoryDoubt(record: ContainerRecord, confidence: number): string | undefined {
  if (!(confidence < SURE)) return undefined
  const { usage, decision } = record
  const kills = oomKillsOf(usage)
  if (kills > 0) return `${count(kills, 'OOM kill')} seen in two weeks`
  if (usage.summary.leakBytesPerDay !== undefined) return 'memory grows day by day'
  const { days, held, newest } = memoryHeldDays(usage, decision.memoryLimit)
  return historyDoubt(record) ?? burstDoubt(days, days - held, newest) ?? 'peaks differ from day to day'
}

/** Number of OOM kills in the last 14 days. */
export function oomKillsOf({ days, hours }: UsageWindow): number {
  let kills = 0
  const today = Math.floor(hours / 24)
  for (let day = Math.max(0, today - HOURS_KEPT / 24); day <= today; day++) if (days.has(day)) kills += days.kills(day)
  return kills
}

function historyDoubt(record: ContainerRecord): string | undefined {
  const { usage, versionSeconds } = record
  if (versionAge(record).doubt > 0) return `changed version ${ago(usage.hours - record.hourOf(versionSeconds))}`
  const days = usage.summary.days
  if (days >= YOUNG_DAYS) return undefined
  if (days >= 1) return `${count(Math.floor(days), 'day')} of history`
  // A few minutes may be part of two hours.
  const hours = Math.min(Math.round(days * 24), Math.floor(hoursSeen(record) + NEARLY_AN_HOUR))
  return hours < 1 ? '< 1 hour of history' : `${count(hours, 'hour')} of history`
}

/** Share of an hour that may be missing at its ends with a sample every few minutes. */
const NEARLY_AN_HOUR = 0.2

function hoursSeen({ firstSeconds, lastSeconds }: ContainerRecord): number {
  return (lastSeconds - firstSeconds) / 3600
}

/**
 * Why bursts make confidence low; undefined if usage was never above the request or limit.
 *
 * @param days number of days that were checked
 * @param broken on how many of them usage was above the request or limit
 * @param newestHeld whether it was not on the newest of them
 */
function burstDoubt(days: number, broken: number, newestHeld: boolean): string | undefined {
  if (days === 0 || broken === 0) return undefined
  if (broken > days / 2) return 'bursts on most days'
  if (broken === 1 && !newestHeld) return 'rose in the last day'
  const aWeek = Math.round((7 * broken) / days)
  return aWeek >= 1 ? `bursts ${times(aWeek)} a week` : `burst ${times(broken)} in two weeks`
}

function ago(hours: number): string {
  if (hours < 24) return 'today'
  return hours < 48 ? 'yesterday' : `${Math.floor(hours / 24)} days ago`
}

function times(n: number): string {
  if (n === 1) return 'once'
  return n === 2 ? 'twice' : `${n} times`
}

function count(n: number, unit: string): string {
  return `${n} ${unit}${n === 1 ? '' : 's'}`
}
