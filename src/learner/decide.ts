import { cpuFeatures, memoryFeatures } from './confidence.ts'
import type { ContainerRecord } from './container-record.ts'
import { type CpuUsage, cpuUsage } from './cpu-usage.ts'
import { type CpuChoice, dailyCpu } from './daily-cpu.ts'
import type { Cadence, FleetRecord } from './fleet-record.ts'
import { GOAL_PRICES, type GoalPrices } from './goals.ts'
import { planHours, TEMPERS } from './hourly-cpu.ts'
import { CPU_BUCKETS } from './log-buckets.ts'
import { memoryRisk } from './memory-risk.ts'
import type { Standing } from './standing.ts'
import { HOURS_KEPT, type UsageMemory } from './usage-memory.ts'

/** For so long changes are nearly free: what is out was decided on little. */
const SETTLING_HOURS = 168
const SETTLING_PRICE = 0.02
/** From these ages on, the cautious and the seasonal temper have something to go by, and are listened to. */
const TEMPERS_FROM_HOUR = 72
const TEMPERS_ACT_FROM_HOUR = 168
/** Another temper than the even one acts only where it has cost so much less. */
const TEMPER_MARGIN = 1.04
const TEMPER_DECAY = 0.9971
/** A change by the hour is reckoned in days, half by its own cost and half by the fleet's. */
const HOURS_OF_PRICE = 48
const LEAST_HOURS_TO_LEARN_FROM = 12

export interface DecisionContext {
  readonly cadence: Cadence
  readonly fleet: FleetRecord
  /** How many the fleet has. */
  readonly containers: number
}

interface CpuOption {
  readonly best: number
  /** Expected cost of an hour of the best, and what it saves over what stands, in days of cost. */
  readonly cost: number
  readonly gain: number
}

/**
 * Decides what a container has from now on, and how sure that is; learns from how the row that was watched fared. The
 * usage of all hours before now is closed.
 */
export function decide(record: ContainerRecord, context: DecisionContext): void {
  const { memory, standing } = record
  const { cadence, fleet, containers } = context
  const prices = GOAL_PRICES[record.goal]
  const days = memory.hoursWithSamples(memory.hours - HOURS_KEPT, memory.hours) / 24
  if (days === 0) return
  const hasLearned = learnFromWatched(standing, memory.hours, prices, fleet)

  const usage = cpuUsage(memory)
  const cpu = usage && (cadence === '24h' ? dailyOption : hourlyOption)(memory, usage, standing, prices, context)
  const risk = memoryRisk(memory, prices, cadence, days)
  const own = { cpu: cpu?.cost ?? 0, memory: risk?.least ?? 0 }
  let gain = 0
  if (cpu) gain += 0.5 * cpu.gain * (1 / own.cpu + 1 / fleet.cpuCost.value(own.cpu))
  if (risk && standing.memoryRequest >= 0) {
    const cost = risk.requestCost[standing.memoryRequest]! + risk.limitCost[standing.memoryLimit]!
    gain += 0.5 * (cost - own.memory) * (1 / own.memory + 1 / fleet.memoryCost.value(own.memory))
  }

  const isNew = (cpu && standing.cpuRequest < 0) || (risk && standing.memoryRequest < 0)
  const mustRise = standing.wasKilled && risk !== undefined && risk.limit > standing.memoryLimit
  const isSettling = memory.hours < SETTLING_HOURS && gain > SETTLING_PRICE
  let changed = false
  if (isNew || mustRise || isSettling || gain > fleet.price) {
    const before = [standing.cpuRequest, standing.memoryRequest, standing.memoryLimit]
    if (cpu) standing.cpuRequest = cpu.best
    if (risk) {
      standing.memoryRequest = risk.request
      standing.memoryLimit = risk.limit
    }
    const after = [standing.cpuRequest, standing.memoryRequest, standing.memoryLimit]
    changed = before.some((bucket, i) => bucket >= 0 && bucket !== after[i])
  }
  standing.wasKilled = false

  const decay = fleet.decay(containers)
  if (cpu) fleet.cpuCost.add(own.cpu, decay)
  if (risk) fleet.memoryCost.add(own.memory, decay)
  if (memory.hours >= SETTLING_HOURS && memory.hoursWithSamples(memory.hours - 24, memory.hours) > 0)
    fleet.noteDecision(changed, containers)

  const mayWatch = standing.watchedHour < 0 && memory.hours >= 24 && (cadence === '24h' || !hasLearned)
  if (usage && standing.cpuRequest >= 0) {
    cpuFeatures(memory, usage, standing.cpuRequest, prices.use, days, cpuScratch)
    standing.cpuConfidence = fleet.cpuHolds.chance(cpuScratch)
    if (mayWatch) standing.cpuFeatures.set(cpuScratch)
  }
  if (risk) {
    memoryFeatures(risk, standing.memoryLimit, days, memoryScratch)
    standing.memoryConfidence = fleet.memoryHolds.chance(memoryScratch)
    if (mayWatch) standing.memoryFeatures.set(memoryScratch)
  }
  // By the hour a day later than it could: so the hour of the day that is watched moves on.
  if (mayWatch) standing.watch(memory.hours)
}

const cpuScratch = new Float32Array(15)
const memoryScratch = new Float32Array(6)

/** @returns whether there was a whole day to learn from */
function learnFromWatched(standing: Standing, hours: number, { use }: GoalPrices, fleet: FleetRecord): boolean {
  if (standing.watchedHour < 0 || hours < standing.watchedHour + 24) return false
  const { watchedHours, watchedSamples, watchedAbove, watchedBroke } = standing
  if (watchedHours >= LEAST_HOURS_TO_LEARN_FROM) {
    if (standing.watchedCpu >= 0) fleet.cpuHolds.learn(standing.cpuFeatures, watchedAbove <= watchedSamples / use)
    if (standing.watchedLimit >= 0) fleet.memoryHolds.learn(standing.memoryFeatures, !watchedBroke)
  }
  standing.watchedHour = -1
  return true
}

function dailyOption(memory: UsageMemory, usage: CpuUsage, standing: Standing, { use }: GoalPrices): CpuOption {
  const { cost, best, least }: CpuChoice = dailyCpu(memory, usage, use, standing.cpuRequest)
  return { best, cost: least, gain: standing.cpuRequest >= 0 ? cost[standing.cpuRequest]! - least : 0 }
}

const value = new Float64Array(CPU_BUCKETS.count)

/** Every temper makes its own plan and keeps what it would have out; the one that has cost least is followed. */
function hourlyOption(
  memory: UsageMemory,
  usage: CpuUsage,
  standing: Standing,
  { use }: GoalPrices,
  { fleet }: DecisionContext,
): CpuOption {
  const { tempers } = standing
  if (standing.temperSamples > 0) {
    for (const temper of tempers) {
      temper.spent = temper.spent * TEMPER_DECAY + temper.hour / standing.temperSamples + temper.switching
      temper.switching = 0
      temper.hour = 0
    }
    standing.temperSamples = 0
  }
  let acting = 0
  for (let i = 1; i < tempers.length && memory.hours >= TEMPERS_ACT_FROM_HOUR; i++) {
    const margin = acting === 0 ? TEMPER_MARGIN : 1
    if (tempers[i]!.request >= 0 && tempers[i]!.spent * margin < tempers[acting]!.spent) acting = i
  }
  const priceOfChange = (scale: number) => (fleet.price * HOURS_OF_PRICE) / (1 / scale + 1 / fleet.cpuCost.value(scale))
  let option: CpuOption | undefined
  for (let i = memory.hours >= TEMPERS_FROM_HOUR ? tempers.length - 1 : 0; i >= 0; i--) {
    const temper = tempers[i]!
    const wanted = [standing.cpuRequest, temper.request]
    const plan = planHours(memory, usage, TEMPERS[i]!, use, wanted, priceOfChange, value)
    if (temper.request < 0 || value[temper.request]! - plan.least > plan.changePrice) {
      if (temper.request < 0 && i > 0) temper.spent = tempers[0]!.spent
      else if (temper.request >= 0) temper.switching += temper.request === plan.best ? 0 : plan.changePrice
      temper.request = plan.best
    }
    if (i === acting) {
      const gain = standing.cpuRequest >= 0 ? (value[standing.cpuRequest]! - plan.least) / 24 : 0
      option = { best: plan.best, cost: plan.scale, gain }
    }
  }
  return option!
}
