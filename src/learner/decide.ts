import type { AuthorBuckets } from './author-buckets.ts'
import { CPU_FEATURES, cpuFeatures, cpuTerms, MEMORY_FEATURES, memoryFeatures } from './confidence.ts'
import type { ContainerRecord } from './container-record.ts'
import { type CpuCandidate, dailyCandidate, hourlyCandidate } from './cpu-candidate.ts'
import { cpuHistograms } from './cpu-histograms.ts'
import type { CurrentDecision } from './current-decision.ts'
import type { FleetRecord } from './fleet-record.ts'
import { daysOfHistory, hoursWithSamples } from './hour-statistics.ts'
import { type MemoryRisk, memoryRisk } from './memory-risk.ts'
import { cautiousPrices, trustedDays, versionAge } from './version.ts'
import type { WatchedDecision } from './watched-decision.ts'

/** Number of hours in which a young container changes almost freely, because its values are based on little history. */
const SETTLING_HOURS = 168
/** Price of a change while a container settles, in days of cost. */
const SETTLING_PRICE = 0.02
/** A watched day with CPU samples in fewer hours teaches nothing. */
const MINIMUM_HOURS_TO_LEARN_FROM = 12

export interface DecisionContext {
  /** Shared by all containers that are decided on for the same prices at the same cadence. */
  readonly fleet: FleetRecord
  /** Number of containers that share it. */
  readonly containers: number
  /** What the author of the container wrote, where that is known. */
  readonly author: AuthorBuckets
}

/**
 * Decides what a container should have from now on and how sure that is, and learns from how the watched decision fared.
 * All hours before now must be closed. Changes the record's decision and the fleet; does nothing where the last fortnight
 * has no samples.
 */
export function decide(record: ContainerRecord, { fleet, containers, author }: DecisionContext): void {
  const { usage, decision } = record
  const { cadence, prices } = fleet
  const seenDays = daysOfHistory(usage)
  if (seenDays === 0) return
  const hasLearned = learnFromWatched(decision.watched, usage.hours, prices.cpu.shortfall, fleet)
  const version = versionAge(record)
  const days = trustedDays(seenDays, version)
  const cautious = cautiousPrices(prices, version)

  const histograms = cpuHistograms(usage)
  const cpu =
    histograms &&
    (cadence === '24h'
      ? dailyCandidate(usage, histograms, decision, author.cpuRequest, cautious.cpu)
      : hourlyCandidate(usage, histograms, decision, author.cpuRequest, cautious.cpu, fleet))
  const memory = memoryRisk(usage, cautious.memory, cadence, days)
  const saving = relativeSaving(decision, cpu, memory, fleet)

  const isNew = (cpu && decision.cpuRequest < 0) || (memory && decision.memoryRequest < 0)
  const mustRise = decision.wasKilled && memory !== undefined && memory.limit > decision.memoryLimit
  const isSettling = (usage.hours < SETTLING_HOURS || version.doubt > 0) && saving > SETTLING_PRICE
  const changed = isNew || mustRise || isSettling || saving > fleet.changePrice ? replace(decision, cpu, memory) : false
  noteCosts(decision, cpu, memory, author)
  decision.wasKilled = false
  decision.hasNewVersion = false

  const decay = fleet.decay(containers)
  if (cpu) fleet.cpuCost.add(cpu.cost, decay)
  if (memory) fleet.memoryCost.add(memory.bestCost, decay)
  if (usage.hours >= SETTLING_HOURS && hoursWithSamples(usage, usage.hours - 24, usage.hours) > 0)
    fleet.updateChangePrice(changed, containers)

  // An hourly decision is watched a day later than it could be, so that the hour of the day it begins at moves on.
  const mayWatch = decision.watched.hour < 0 && usage.hours >= 24 && (cadence === '24h' || !hasLearned)
  if (histograms && decision.cpuRequest >= 0) {
    cpuFeatures(usage, histograms, decision.cpuRequest, prices.cpu.shortfall, days, cpuScratch)
    decision.cpuConfidence = fleet.cpuHolds.probability(cpuTerms(cpuScratch)) * (1 - version.doubt)
    if (mayWatch) decision.watched.cpuFeatures.set(cpuScratch)
  }
  if (memory) {
    memoryFeatures(memory, decision.memoryLimit, days, memoryScratch)
    decision.memoryConfidence = fleet.memoryHolds.probability(memoryScratch) * (1 - version.doubt)
    if (mayWatch) decision.watched.memoryFeatures.set(memoryScratch)
  }
  if (mayWatch) decision.watch(usage.hours)
}

const cpuScratch = new Float32Array(CPU_FEATURES)
const memoryScratch = new Float32Array(MEMORY_FEATURES)

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
    const ofMemory = memoryCost(memory, decision) - bestCost
    saving += 0.5 * ofMemory * (1 / bestCost + 1 / fleet.memoryCost.value(bestCost))
  }
  return saving
}

/** Replaces the decided values by the best ones. @returns whether that changes a value that was decided before */
function replace(decision: CurrentDecision, cpu: CpuCandidate | undefined, memory: MemoryRisk | undefined): boolean {
  const before = [decision.cpuRequest, decision.memoryRequest, decision.memoryLimit]
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

/** Notes the expected cost of the decided values and of the author's. */
function noteCosts(
  decision: CurrentDecision,
  cpu: CpuCandidate | undefined,
  memory: MemoryRisk | undefined,
  author: AuthorBuckets,
): void {
  if (cpu) {
    decision.cpuCost = decision.cpuRequest === cpu.best ? cpu.costOf.best : cpu.costOf.current
    decision.authorCpuCost = cpu.costOf.author
  }
  if (memory) {
    decision.memoryCost = memoryCost(memory, decision)
    decision.authorMemoryCost = memoryCost(memory, author)
  }
}

/** Expected cost of a memory request and limit, in bytes; NaN where there are none. */
function memoryCost(risk: MemoryRisk, { memoryRequest, memoryLimit }: AuthorBuckets): number {
  return memoryRequest < 0 ? Number.NaN : risk.requestCost[memoryRequest]! + risk.limitCost[memoryLimit]!
}

/**
 * Teaches the fleet's models of confidence whether the watched decision held, once its day is over: whether at most
 * 1 / `shortfallPrice` of the CPU samples were above the request, and no memory sample above the limit.
 *
 * @param hours closed hours of the container
 * @returns whether the day was over
 */
function learnFromWatched(
  watched: WatchedDecision,
  hours: number,
  shortfallPrice: number,
  fleet: FleetRecord,
): boolean {
  if (!watched.isOver(hours)) return false
  if (watched.hours >= MINIMUM_HOURS_TO_LEARN_FROM) {
    if (watched.cpuRequest >= 0)
      fleet.cpuHolds.learn(cpuTerms(watched.cpuFeatures), watched.samplesAbove <= watched.samples / shortfallPrice)
    if (watched.memoryLimit >= 0) fleet.memoryHolds.learn(watched.memoryFeatures, !watched.limitExceeded)
  }
  watched.hour = -1
  return true
}
