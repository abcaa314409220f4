import { ContainerRecord } from '../../src/learner/container-record.ts'
import { CPU_BUCKETS, MEMORY_BUCKETS } from '../../src/learner/log-buckets.ts'
import { UsageWindow } from '../../src/learner/usage-window.ts'
import { HOUR, START } from './usage.ts'

/** Usage of one hour: one number, or one for each sample. */
interface Hour {
  readonly cpu?: number | readonly number[]
  readonly memory?: number | readonly number[]
}

/** A window of closed hours. @param usage cores and bytes of an hour; twelve samples where it is one number */
export function windowOf(hours: number, usage: (hour: number) => Hour): UsageWindow {
  const window = new UsageWindow()
  addHours(window, 0, hours, usage)
  window.closeUntil(hours)
  return window
}

/** Adds the samples of the hours from `from` up to but not including `until`; the last of them stays open. */
export function addHours(window: UsageWindow, from: number, until: number, usage: (hour: number) => Hour): void {
  for (let hour = from; hour < until; hour++) {
    const { cpu, memory } = usage(hour)
    for (const cores of samples(cpu)) window.add(hour, CPU_BUCKETS.indexOf(cores), -1)
    for (const bytes of samples(memory)) window.add(hour, -1, MEMORY_BUCKETS.indexOf(bytes))
  }
}

/** A record with two samples an hour, the last of which is closed. @param usage cores and bytes of an hour */
export function recordOf(hours: number, usage: (hour: number) => { cpu: number; memory: number }): ContainerRecord {
  const record = new ContainerRecord()
  for (let hour = 0; hour < hours; hour++) {
    const { cpu, memory } = usage(hour)
    for (const second of [0, 1800]) record.add(START + hour * HOUR + second, cpu, memory)
  }
  record.usage.closeUntil(hours)
  return record
}

/** Bucket of cores. */
export function cores(value: number): number {
  return CPU_BUCKETS.indexOf(value)
}

/** Bucket of bytes. */
export function bytes(value: number): number {
  return MEMORY_BUCKETS.indexOf(value)
}

function samples(usage: number | readonly number[] | undefined): readonly number[] {
  if (usage === undefined) return []
  return typeof usage === 'number' ? Array<number>(12).fill(usage) : usage
}
