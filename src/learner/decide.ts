import type { AuthorsRow } from './author.ts'
import { CPU_FEATURES, cpuFeatures, cpuTerms, MEMORY_FEATURES, memoryFeatures } from './confidence.ts'
import type { ContainerRecord } from './container-record.ts'
import { dailyOption, hourlyOption } from './cpu-option.ts'
import { cpuUsage } from './cpu-usage.ts'
import type { Cadence, FleetRecord } from './fleet-record.ts'
import { GOAL_PRICES } from './goals.ts'
import { type MemoryChoice, memoryRisk } from './memory-risk.ts'
import type { Standing } from './standing.ts'
import { cautiousPrices, trustedDays, versionAge } from './version.ts'

/** For so long changes are nearly free: what is out was decided on little. */
const SETTLING_HOURS = 168
const SETTLING_PRICE = 0.02
const LEAST_HOURS_TO_LEARN_FROM = 12

export interface DecisionContext {
  readonly cadence: Cadence
  readonly fleet: FleetRecord
  /** How many the fleet has. */
  readonly containers: number
  /** What the author of the container wrote, where that is known. */
  readonly author: AuthorsRow
}

/**
 * Decides what a container has from now on, and how sure that is; learns from how the row that was watched fared. The
 * usage of all hours before now is closed.
 */
export function decide(record: ContainerRecord, context: DecisionContext): void {
  const { memory, standing } = record
  const { author, cadence, fleet, containers } = context
  const seenDays = memory.daysOfHistory()
  if (seenDays === 0) return
  const { use } = GOAL_PRICES[record.goal]
  const hasLearned = learnFromWatched(standing, memory.hours, use, fleet)
  const version = versionAge(record)
  const days = trustedDays(seenDays, version)
  const prices = cautiousPrices(GOAL_PRICES[record.goal], version)

  const usage = cpuUsage(memory)
  const cpu =
    usage &&
    (cadence === '24h'
      ? dailyOption(memory, usage, standing, author.cpuRequest, prices)
      : hourlyOption(memory, usage, standing, author.cpuRequest, prices, fleet))
  const risk = memoryRisk(memory, prices, cadence, days)
  const own = { cpu: cpu?.cost ?? 0, memory: risk?.least ?? 0 }
  let gain = 0
  if (cpu) gain += 0.5 * cpu.gain * (1 / own.cpu + 1 / fleet.cpuCost.value(own.cpu))
  if (risk && standing.memoryRequest >= 0) {
    gain += 0.5 * (memoryCost(risk, standing) - own.memory) * (1 / own.memory + 1 / fleet.memoryCost.value(own.memory))
  }

  const isNew = (cpu && standing.cpuRequest < 0) || (risk && standing.memoryRequest < 0)
  const mustRise = standing.wasKilled && risk !== undefined && risk.limit > standing.memoryLimit
  const isSettling = (memory.hours < SETTLING_HOURS || version.doubt > 0) && gain > SETTLING_PRICE
  let changed = false
  if (isNew || mustRise || isSettling || gain > fleet.price) {
    const before = [standing.cpuRequest, standing.memoryRequest, standing.memoryLimit]
    if (cpu) {
      standing.cpuRequest = cpu.best
      standing.cpuBasis = cpu.basis
    }
    if (risk) {
      standing.memoryRequest = risk.request
      standing.memoryLimit = risk.limit
    }
    const after = [standing.cpuRequest, standing.memoryRequest, standing.memoryLimit]
    changed = before.some((bucket, i) => bucket >= 0 && bucket !== after[i])
  }
  if (cpu) {
    standing.cpuCost = standing.cpuRequest === cpu.best ? cpu.costOf.best : cpu.costOf.standing
    standing.authorsCpuCost = cpu.costOf.author
  }
  if (risk) {
    standing.memoryCost = memoryCost(risk, standing)
    standing.authorsMemoryCost = memoryCost(risk, author)
  }
  standing.wasKilled = false
  standing.hasNewVersion = false

  const decay = fleet.decay(containers)
  if (cpu) fleet.cpuCost.add(own.cpu, decay)
  if (risk) fleet.memoryCost.add(own.memory, decay)
  if (memory.hours >= SETTLING_HOURS && memory.hoursWithSamples(memory.hours - 24, memory.hours) > 0)
    fleet.noteDecision(changed, containers)

  const mayWatch = standing.watchedHour < 0 && memory.hours >= 24 && (cadence === '24h' || !hasLearned)
  if (usage && standing.cpuRequest >= 0) {
    cpuFeatures(memory, usage, standing.cpuRequest, use, days, cpuScratch)
    standing.cpuConfidence = fleet.cpuHolds.chance(cpuTerms(cpuScratch)) * (1 - version.doubt)
    if (mayWatch) standing.cpuFeatures.set(cpuScratch)
  }
  if (risk) {
    memoryFeatures(risk, standing.memoryLimit, days, memoryScratch)
    standing.memoryConfidence = fleet.memoryHolds.chance(memoryScratch) * (1 - version.doubt)
    if (mayWatch) standing.memoryFeatures.set(memoryScratch)
  }
  // By the hour a day later than it could: so the hour of the day that is watched moves on.
  if (mayWatch) standing.watch(memory.hours)
}

const cpuScratch = new Float32Array(CPU_FEATURES)
const memoryScratch = new Float32Array(MEMORY_FEATURES)

/** Expected cost of a request and a limit; NaN where there are none. */
function memoryCost(risk: MemoryChoice, { memoryRequest, memoryLimit }: AuthorsRow): number {
  return memoryRequest < 0 ? Number.NaN : risk.requestCost[memoryRequest]! + risk.limitCost[memoryLimit]!
}

/** @returns whether there was a whole day to learn from */
function learnFromWatched(standing: Standing, hours: number, use: number, fleet: FleetRecord): boolean {
  if (standing.watchedHour < 0 || hours < standing.watchedHour + 24) return false
  const { watchedHours, watchedSamples, watchedAbove, watchedBroke } = standing
  if (watchedHours >= LEAST_HOURS_TO_LEARN_FROM) {
    if (standing.watchedCpu >= 0)
      fleet.cpuHolds.learn(cpuTerms(standing.cpuFeatures), watchedAbove <= watchedSamples / use)
    if (standing.watchedLimit >= 0) fleet.memoryHolds.learn(standing.memoryFeatures, !watchedBroke)
  }
  standing.watchedHour = -1
  return true
}
