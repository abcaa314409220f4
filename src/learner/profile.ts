import type { ContainerRecord } from './container-record.ts'
import type { Followed } from './followed.ts'
import { daysOfHistory } from './hour-statistics.ts'
import type { InstanceCpu, InstanceLevel, InstanceMemory, Profile } from './instance.ts'
import { levelOf } from './instance-of.ts'
import { likenessOf } from './likeness.ts'

/** Days of own usage for which a profile of many instances that are like the container counts. */
const PROFILE_DAYS = 7
/** From this many days of own usage on, a profile no longer counts. */
const OUTGROWN_DAYS = 14

/** What a profile says about a container; a resource is missing if no instance knows it, or the container has outgrown it. */
export interface FollowedProfile {
  readonly cpu?: Followed<InstanceCpu> | undefined
  readonly memory?: Followed<InstanceMemory> | undefined
}

/** Compares a container with the other instances of its application. */
export function followProfile({ instances }: Profile, record: ContainerRecord): FollowedProfile {
  const { usage } = record
  const left = 1 - daysOfHistory(usage) / OUTGROWN_DAYS
  if (left <= 0) return {}
  // The open hour may be closed after the first sample.
  const seenHours = (record.lastSeconds - record.firstSeconds) / 3600
  const follow = <I extends InstanceLevel>(
    resource: 'cpu' | 'memory',
    known: readonly I[],
  ): Followed<I> | undefined => {
    if (known.length === 0) return undefined
    const own = levelOf(usage, resource)
    const likeness = likenessOf(known, { ...own, hours: Math.min(own.hours, seenHours) })
    const count = likeness.moves.length
    return { ...likeness, instances: known, days: (PROFILE_DAYS * left * count) / (count + 1) }
  }
  const knowing = <R extends 'cpu' | 'memory'>(resource: R) => instances.flatMap((one) => one[resource] ?? [])
  return { cpu: follow('cpu', knowing('cpu')), memory: follow('memory', knowing('memory')) }
}
