import type { AuthorBuckets } from './author-buckets.ts'
import type { ChangeRules } from './change-rules.ts'
import { CPU_FEATURES, cpuFeatures, MEMORY_FEATURES, memoryFeatures } from './confidence.ts'
import type { ContainerRecord } from './container-record.ts'
import { type CpuCandidate, dailyCandidate, hourlyCandidate } from './cpu-candidate.ts'
import { cpuHistograms } from './cpu-histograms.ts'
import { addCpuOf, confidenceWith } from './cpu-of-others.ts'
import type { CurrentDecision } from './current-decision.ts'
import type { FleetRecord } from './fleet-record.ts'
import { shareAbove } from './held-days.ts'
import { daysOfHistory, hoursWithSamples } from './hour-statistics.ts'
import type { Profile } from './instance.ts'
import { knownDays, UNSTATED } from './known-days.ts'
import { holdCpu, holdMemory, noteLowered } from './lowering.ts'
import { type MemoryRisk, memoryCost, memoryRisk } from './memory-risk.ts'
import { followProfile } from './profile.ts'
import { cautiousPrices, trustedDays, versionAge } from './version.ts'
import type { WatchedDecision } from './watched-decision.ts'

/** Number of hours in which a young container may change almost freely, because its values are based on little history. */
const SETTLING_HOURS = 168
/** Price of a change while a container settles, in days of cost. */
const SETTLING_PRICE = 0.02
/** A watched day with CPU samples in fewer hours is not learned from. */
const MINIMUM_HOURS_TO_LEARN_FROM = 12
/** Number of hours before a decision whose CPU shows how likely it is to hold. */
const LATELY_HOURS = 6
const DAY_HOURS = 24
/** Maximum confidence in CPU while no day is known. */
const CONFIDENCE_WITHOUT_DAYS = 0.5

export interface DecisionContext {
  /** Shared by all containers that are decided on for the same prices at the same cadence. */
  readonly fleet: FleetRecord
  /** Number of containers that share it. */
  readonly containers: number
  /** The author's values of the container, and the current values of its Pods, where known. */
  readonly author: AuthorBuckets
  readonly inForce: AuthorBuckets
  readonly rules: ChangeRules
  /** What other instances of its application tell; undefined for none. */
  readonly profile?: Profile | undefined
}

/**
 * Decides which values a container should have from now on and how certain they are, and learns from the result of the watched
 * decision. All hours before now must be closed. Changes the record's decision and the fleet; does nothing if the last 14 days have no
 * samples.
 */
export function decide(record: ContainerRecord, context: DecisionContext): void {
  const { usage, decision } = record
  const { fleet, containers, author, inForce, rules, profile } = context
  const { cadence, prices } = fleet
  const seenDays = daysOfHistory(usage)
  if (seenDays === 0) return
  const hasLearned = learnFromWatched(decision.watched, usage.hours, fleet)
  // An hourly decision is watched a day later than possible, so that the hour of the day at which it begins changes.
  const mayWatch = decision.watched.hour < 0 && usage.hours >= DAY_HOURS && (cadence === '24h' || !hasLearned)
  const version = versionAge(record)
  const days = trustedDays(seenDays, version)
  const cautious = cautiousPrices(prices, version)

  const followed = profile && followProfile(profile, record)
  const histograms = cpuHistograms(usage)
  if (histograms && followed?.cpu) addCpuOf(followed.cpu, histograms, days)
  const others = { author: author.cpuRequest, inForce: inForce.cpuRequest }
  const bestCpu =
    histograms &&
    (cadence === '24h'
      ? dailyCandidate(usage, histograms, decision, others, cautious.cpu, record.originHour)
      : hourlyCandidate(usage, histograms, decision, others, cautious.cpu, fleet, record.originHour))
  const cpu = bestCpu && holdCpu(bestCpu, decision, usage.hours, rules)
  const weighMemory = () => {
    const risk = memoryRisk(usage, cautious.memory, days, followed?.memory)
    return risk && holdMemory(risk, decision, usage.hours, rules)
  }
  const isSettling = usage.hours < SETTLING_HOURS || version.doubt > 0
  const price = isSettling ? Math.min(SETTLING_PRICE, fleet.changePrice) : fleet.changePrice
  // A change of other values may change memory too.
  const isMemoryDue = cadence === '24h' || mayWatch || isDueDaily(decision, usage.hours)
  const memory = isMemoryDue || relativeSaving(decision, cpu, undefined, fleet) > price ? weighMemory() : undefined
  const saving = relativeSaving(decision, cpu, memory, fleet)

  const isNew = (cpu && decision.cpuRequest < 0) || (memory && decision.memoryRequest < 0)
  const mustRise = decision.wasKilled && memory !== undefined && memory.limit > decision.memoryLimit
  const changed = isNew || mustRise || saving > price ? replace(decision, usage.hours, cpu, memory) : false
  noteCosts(decision, cpu, memory, author, inForce)
  decision.wasKilled = false
  decision.hasNewVersion = false

  const decay = fleet.decay(containers)
  if (cpu) fleet.cpuCost.add(cpu.cost, decay)
  if (memory) fleet.memoryCost.add(memory.bestCost, decay)
  const seenSince = usage.hours - (cadence === '24h' ? DAY_HOURS : 1)
  if (usage.hours >= SETTLING_HOURS && hoursWithSamples(usage, seenSince, usage.hours) > 0)
    fleet.updateChangePrice(changed && !mustRise, containers, rules.aDay)

  if (mayWatch) decision.watch(usage.hours)
  if (histograms && decision.cpuRequest >= 0) {
    const known = knownDays(usage, decision.cpuRequest, prices.cpu.shortfall)
    const lately = shareAbove(usage, usage.hours - LATELY_HOURS, usage.hours, decision.cpuRequest)
    cpuFeatures(known, lately, cpuScratch)
    const probability = fleet.cpuHolds.probability(cpuScratch)
    const ownHolds = known.days > 0 ? probability : Math.min(probability, CONFIDENCE_WITHOUT_DAYS)
    const holds = followed?.cpu
      ? confidenceWith(followed.cpu, ownHolds, decision.cpuRequest, UNSTATED / prices.cpu.shortfall, days)
      : ownHolds
    decision.cpuConfidence = holds * (1 - version.surprise)
    if (mayWatch) {
      decision.watched.cpuFeatures.set(cpuScratch)
      decision.watched.statedShare = known.statedShare
    }
  }
  if (memory) {
    memoryFeatures(
      memory,
      decision.memoryLimit,
      days + (followed?.memory ? followed.memory.like * followed.memory.days : 0),
      memoryScratch,
    )
    decision.memoryConfidence = fleet.memoryHolds.probability(memoryScratch) * (1 - version.surprise)
    if (mayWatch) decision.watched.memoryFeatures.set(memoryScratch)
  }
}

const cpuScratch = new Float32Array(CPU_FEATURES)
const memoryScratch = new Float32Array(MEMORY_FEATURES)

/**
 * Whether memory is due if CPU is decided on every hour: once a day, because an OOM kill costs a day no matter how many of its hours go
 * wrong; immediately if memory is unknown yet, was too low, or the image changed; and every hour on the first day.
 */
function isDueDaily({ memoryRequest, wasKilled, hasNewVersion, dueHour }: CurrentDecision, hours: number): boolean {
  const isNextDay = Math.floor(hours / DAY_HOURS) > Math.floor(dueHour / DAY_HOURS)
  return memoryRequest < 0 || wasKilled || hasNewVersion || hours <= DAY_HOURS || isNextDay
}

/**
 * Days for which a memory saving counts if CPU is decided on every hour: it lasts until memory changes again, while the saving of CPU
 * is that of the next twelve hours.
 */
const DAYS_OF_MEMORY = 7

/**
 * Expected saving of the best values over the current ones, in days of cost: half relative to the container's own cost,
 * half to that of a typical container of the fleet, and of both resources together.
 */
function relativeSaving(
  decision: CurrentDecision,
  cpu: CpuCandidate | undefined,
  memory: MemoryRisk | undefined,
  fleet: FleetRecord,
): number {
  let saving = 0
  if (cpu) saving += 0.5 * cpu.saving * (1 / cpu.cost + 1 / fleet.cpuCost.value(cpu.cost))
  if (memory && decision.memoryRequest >= 0) {
    const { bestCost } = memory
    const ofMemory = (memoryCost(memory, decision) - bestCost) * (fleet.cadence === '1h' ? DAYS_OF_MEMORY : 1)
    saving += 0.5 * ofMemory * (1 / bestCost + 1 / fleet.memoryCost.value(bestCost))
  }
  return saving
}

/**
 * Replaces the decided values by the best ones.
 *
 * @param hours closed hours of the container
 * @returns whether that changes a value that was decided before
 */
function replace(
  decision: CurrentDecision,
  hours: number,
  cpu: CpuCandidate | undefined,
  memory: MemoryRisk | undefined,
): boolean {
  const before = [decision.cpuRequest, decision.memoryRequest, decision.memoryLimit]
  noteLowered(decision, hours, cpu, memory)
  if (cpu) {
    decision.cpuRequest = cpu.best
    decision.cpuBasis = cpu.basis
  }
  if (memory) {
    decision.memoryRequest = memory.request
    decision.memoryLimit = memory.limit
  }
  const after = [decision.cpuRequest, decision.memoryRequest, decision.memoryLimit]
  return before.some((bucket, i) => bucket >= 0 && bucket !== after[i])
}

/** Stores the expected cost of the decided values, of the author's and of the current ones. */
function noteCosts(
  decision: CurrentDecision,
  cpu: CpuCandidate | undefined,
  memory: MemoryRisk | undefined,
  author: AuthorBuckets,
  inForce: AuthorBuckets,
): void {
  if (cpu) {
    decision.cpuCost = decision.cpuRequest === cpu.best ? cpu.costOf.best : cpu.costOf.current
    decision.authorCpuCost = cpu.costOf.author
    decision.inForceCpuCost = cpu.costOf.inForce
  }
  if (memory) {
    decision.memoryCost = memoryCost(memory, decision)
    decision.authorMemoryCost = memoryCost(memory, author)
    decision.inForceMemoryCost = memoryCost(memory, inForce)
  }
}

/**
 * Teaches the fleet's models of confidence whether the watched decision held, once its day is over: whether no larger share of
 * the CPU samples was above the request than was stated, and no memory sample above the limit.
 *
 * @param hours closed hours of the container
 * @returns whether the day was over
 */
function learnFromWatched(watched: WatchedDecision, hours: number, fleet: FleetRecord): boolean {
  if (!watched.isOver(hours)) return false
  if (watched.hours >= MINIMUM_HOURS_TO_LEARN_FROM) {
    if (watched.cpuRequest >= 0)
      fleet.cpuHolds.learn(watched.cpuFeatures, watched.samplesAbove <= watched.samples * watched.statedShare)
    if (watched.memoryLimit >= 0) fleet.memoryHolds.learn(watched.memoryFeatures, !watched.limitExceeded)
  }
  watched.hour = -1
  return true
}
