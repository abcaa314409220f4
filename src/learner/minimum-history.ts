import type { ResourceName } from '../resources/index.ts'
import type { ContainerRecord } from './container-record.ts'
import { oomKillsOf } from './doubts.ts'
import type { Profile } from './instance.ts'

/** How much must be known about a container before anything is recommended for it. */
export interface MinimumHistory {
  /** Seconds from the first sample to now. */
  readonly seconds: number
  /** Number of samples of the resource in question. */
  readonly samples: number
}

/** A whole day, because most services have a daily rhythm, and enough samples for the 95th percentile to differ from the highest one. */
export const MINIMUM_HISTORY: MinimumHistory = { seconds: 86_400, samples: 20 }

/** Which resources of a container have enough history to be recommended. */
export interface KnownResources {
  readonly cpu: boolean
  /** Also true after the first OOM kill: then the limit is known to be too low, and waiting for a day of kills would not help. */
  readonly memory: boolean
}

/**
 * Which resources of a container have enough history. One sample is enough where other instances of its application are known.
 *
 * @param atSeconds now, Unix time
 * @param profile of its application; undefined for none
 */
export function knownResources(
  { cpuSamples, decision, firstSeconds, memorySamples, usage }: ContainerRecord,
  atSeconds: number,
  minimum: MinimumHistory,
  profile?: Profile,
): KnownResources {
  const isYoung = atSeconds - firstSeconds < minimum.seconds
  const knows = (resource: ResourceName) => profile?.instances.some((one) => one[resource]) ?? false
  const wasKilled = decision.wasKilled || oomKillsOf(usage) > 0
  return {
    cpu: (!isYoung && cpuSamples >= minimum.samples) || (cpuSamples > 0 && knows('cpu')),
    memory: wasKilled || (!isYoung && memorySamples >= minimum.samples) || (memorySamples > 0 && knows('memory')),
  }
}
