import type { Cadence } from './cadence.ts'
import type { ContainerRecord } from './container-record.ts'
import { type DecisionContext, decide } from './decide.ts'
import type { FleetRecord } from './fleet-record.ts'
import type { Profile } from './instance.ts'
import { knownResources, type MinimumHistory } from './minimum-history.ts'
import { samePrices } from './prices.ts'

/** One step to bring a record up to a given time. */
export type Step = 'take prices' | 'close hours' | 'close the open hour' | 'decide'

/**
 * The next step that brings a record up to a time, for the prices and the cadence of a fleet. It depends only on the
 * record. A decision falls due when the cadence says so, after an OOM kill or a change of the image, and when CPU becomes
 * known (an OOM kill tells about memory alone, and may come before CPU is known).
 *
 * @param atSeconds Unix time
 * @param profile of its application; undefined for none
 * @returns undefined if the record is up to date
 */
export function nextStep(
  record: ContainerRecord,
  atSeconds: number,
  { prices, cadence }: Pick<FleetRecord, 'prices' | 'cadence'>,
  minimum: MinimumHistory,
  profile?: Profile,
): Step | undefined {
  if (!record.hasSamples) return undefined
  const { usage, decision } = record
  if (!decision.prices || !samePrices(decision.prices, prices)) return 'take prices'
  const hour = record.hourOf(atSeconds)
  if (usage.hours < hour) return 'close hours'
  const known = knownResources(record, atSeconds, minimum, profile)
  if (!known.cpu && !known.memory) return undefined

  const lacksCpu = known.cpu && decision.cpuRequest < 0 && (usage.hasOpenCpu || usage.recentHours > 0)
  // If the step cannot wait for the end of the hour, close the hour now; samples of that hour that still arrive count as late. But the
  // open hour must not get ahead of the clock, however many kills there are.
  const mustClose = (decision.wasKilled && usage.hours === hour) || usage.isEmpty || (lacksCpu && usage.hasOpenCpu)
  if (usage.isOpen && mustClose) return 'close the open hour'
  if (dueHour(usage.hours, cadence, profile) > decision.dueHour) return 'decide'
  const isUrgent = decision.wasKilled || decision.hasNewVersion || lacksCpu
  return isUrgent && !usage.isEmpty ? 'decide' : undefined
}

/** Takes all steps that bring a record up to a time; decides for the prices and the cadence of the context's fleet. */
export function bringUpToDate(
  record: ContainerRecord,
  atSeconds: number,
  minimum: MinimumHistory,
  context: DecisionContext,
): void {
  const { fleet, profile } = context
  const next = () => nextStep(record, atSeconds, fleet, minimum, profile)
  for (let step = next(); step; step = next()) {
    switch (step) {
      case 'take prices':
        record.takePrices(fleet.prices)
        break
      case 'close hours':
        record.usage.closeUntil(record.hourOf(atSeconds))
        break
      case 'close the open hour':
        record.usage.closeUntil(record.usage.hours + 1)
        break
      case 'decide':
        decide(record, context)
        record.decision.dueHour = dueHour(record.usage.hours, fleet.cadence, profile)
    }
  }
}

/**
 * The hour at which the newest decision was due: every hour or every 24 hours after the first sample, and for a young container with
 * daily decisions also at the ages of one and six hours. Where other instances of its application are known, it is compared with them in each
 * of its first three hours.
 *
 * @param hours closed hours of the container
 */
function dueHour(hours: number, cadence: Cadence, profile: Profile | undefined): number {
  if (cadence === '1h') return hours
  if (hours >= 24) return hours - (hours % 24)
  return hours >= 6 ? 6 : Math.min(hours, profile ? 3 : 1)
}
