import { cpuDaysHeld, memoryDaysHeld } from './confidence.ts'
import type { ContainerRecord } from './container-record.ts'
import { GOAL_PRICES } from './goals.ts'
import { leakBytesPerDay } from './leak.ts'
import { HOURS_KEPT, type UsageMemory } from './usage-memory.ts'
import { versionAge } from './version.ts'

/** From here on nobody asks why. */
const SURE = 0.9
const YOUNG_DAYS = 7

/** Why confidence in a CPU request is low, in plain words; undefined where it is not. @param confidence NaN where unknown */
export function cpuDoubt(record: ContainerRecord, confidence: number): string | undefined {
  if (!(confidence < SURE)) return undefined
  const { memory, standing, goal } = record
  const { days, held, newest } = cpuDaysHeld(memory, standing.cpuRequest, GOAL_PRICES[goal].use)
  return historyDoubt(record) ?? burstDoubt(days, days - held, newest) ?? 'usage differs from day to day'
}

/** The same of a memory limit. */
export function memoryDoubt(record: ContainerRecord, confidence: number): string | undefined {
  if (!(confidence < SURE)) return undefined
  const { memory, standing } = record
  const kills = killsOf(memory)
  if (kills > 0) return `OOM-killed ${times(kills)} in two weeks`
  if (leakBytesPerDay(memory) !== undefined) return 'memory grows day by day'
  const { days, held, newest } = memoryDaysHeld(memory, standing.memoryLimit)
  return historyDoubt(record) ?? burstDoubt(days, days - held, newest) ?? 'peaks differ from day to day'
}

/** OOM kills of the last fortnight. */
export function killsOf({ days, hours }: UsageMemory): number {
  let kills = 0
  const today = Math.floor(hours / 24)
  for (let day = Math.max(0, today - HOURS_KEPT / 24); day <= today; day++) if (days.has(day)) kills += days.kills(day)
  return kills
}

function historyDoubt(record: ContainerRecord): string | undefined {
  const { memory, versionSeconds } = record
  if (versionAge(record).doubt > 0) return `changed version ${ago(memory.hours - record.hourOf(versionSeconds))}`
  const days = memory.daysOfHistory()
  if (days >= YOUNG_DAYS) return undefined
  return days < 1
    ? `${count(Math.round(days * 24), 'hour')} of history`
    : `${count(Math.floor(days), 'day')} of history`
}

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
