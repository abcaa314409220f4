import type { ResourceRecommendation } from '../../src/api/index.ts'
import {
  type Cadence,
  createLearner,
  GOAL_PRICES,
  type Instance,
  type Learner,
  type Profile,
} from '../../src/learner/index.ts'
import { parseQuantity, toNumber } from '../../src/resources/index.ts'
import { type Namespace, namespacesOf } from './applications.ts'

const HOUR_SECONDS = 3600
const DAY_SECONDS = 86_400
/** As in a backtest: without a profile, a cluster waits for a day of history. */
const MINIMUM_HISTORY = { seconds: 0, samples: 1 }
/** Prices of the goal balanced, as in docs/concepts/learning.md. */
const USE = 20
const OOM_DAY = 30
const ABOVE_REQUEST = 1 / 3
const ROOM = 0.05
/** The share of samples above the CPU request up to which a request holds. */
const UNSTATED = 2 / USE

/** How an instance fared on its first day. */
export interface FirstDay {
  readonly isUnlike: boolean
  /** Cost of memory, of the cheapest in hindsight, minus 1. */
  readonly memoryRegret: number
  readonly cpuRegret: number
  readonly isOomDay: boolean
  /** What was stated at the first decision, and whether these values held for the day. */
  readonly cpu: Stated
  readonly memory: Stated
}

interface Stated {
  readonly confidence: number
  readonly held: boolean
}

interface Values {
  readonly cores: number
  readonly request: number
  readonly limit: number
  readonly cpuConfidence: number
  readonly memoryConfidence: number
}

/** Plays an application in its namespaces, and judges the first day of each but the first. */
export function playApplication(seed: number, cadence: Cadence, withProfile: boolean): FirstDay[] {
  const instances: Instance[] = []
  const days: FirstDay[] = []
  for (const namespace of namespacesOf(seed)) {
    const { container, isUnlike, samples, startSeconds } = namespace
    const learner = createLearner({ minimumHistory: MINIMUM_HISTORY })
    const profile = withProfile && instances.length > 0 ? { application: 'app', instances } : undefined
    const day = playFirstDay(namespace, learner, cadence, profile)
    if (instances.length > 0) days.push({ ...day, isUnlike })
    learner.observe(samples.filter(({ timestampSeconds }) => timestampSeconds >= startSeconds + DAY_SECONDS))
    learner.decide(container.workload, startSeconds + 2 * DAY_SECONDS, termsOf(cadence, undefined))
    const instance = learner.instances(container.workload).get('app')
    if (instance) instances.push(instance)
  }
  return days
}

function termsOf(cadence: Cadence, profile: Profile | undefined) {
  return { prices: GOAL_PRICES.balanced, cadence, ...(profile && { profiles: new Map([['app', profile]]) }) }
}

function playFirstDay(
  { container, samples, startSeconds }: Namespace,
  learner: Learner,
  cadence: Cadence,
  profile: Profile | undefined,
): Omit<FirstDay, 'isUnlike'> {
  const day = samples.filter(({ timestampSeconds }) => timestampSeconds < startSeconds + DAY_SECONDS)
  const terms = termsOf(cadence, profile)
  let values: Values | undefined
  let first: Values | undefined
  const judged: { readonly values: Values; readonly cores: number; readonly bytes: number }[] = []
  let isDueAt = 0
  for (const sample of day) {
    if (values) judged.push({ values, cores: sample.cpuCores, bytes: sample.memoryBytes })
    learner.observe([sample])
    const at = sample.timestampSeconds + 1
    if (at < isDueAt) continue
    isDueAt = at - ((at - startSeconds) % HOUR_SECONDS) + HOUR_SECONDS
    const { cpu, memory } = learner.decide(container.workload, at, terms).containers[0] ?? {}
    if (cpu && memory) values = valuesOf(cpu, memory)
    first ??= values
  }
  return judgeDay(judged, first!)
}

function judgeDay(
  judged: readonly { readonly values: Values; readonly cores: number; readonly bytes: number }[],
  first: Values,
): Omit<FirstDay, 'isUnlike'> {
  const bytes = judged.map((one) => one.bytes).toSorted((a, b) => a - b)
  const cores = judged.map((one) => one.cores).toSorted((a, b) => a - b)
  const p95 = bytes[Math.floor(0.95 * (bytes.length - 1))]!
  const mean = (of: (one: (typeof judged)[number]) => number) =>
    judged.reduce((sum, one) => sum + of(one), 0) / judged.length
  const isOomDay = judged.some(({ values, bytes }) => bytes > values.limit)
  const isAbove = judged.some(({ values, bytes }) => bytes > values.request)
  const memory =
    mean(({ values: { request, limit } }) => request + ROOM * (limit - request)) +
    USE * mean(({ values: { request }, bytes }) => Math.max(0, bytes - request)) +
    (isOomDay ? OOM_DAY : isAbove ? ABOVE_REQUEST * OOM_DAY : 0) * p95
  const cpu = mean(({ values }) => values.cores) + USE * mean(({ values, cores }) => Math.max(0, cores - values.cores))
  const cheapest = Math.min(
    ...cores.map((request) => request + USE * mean(({ cores }) => Math.max(0, cores - request))),
  )
  return {
    memoryRegret: memory / bytes.at(-1)! - 1,
    cpuRegret: cpu / cheapest - 1,
    isOomDay,
    cpu: {
      confidence: first.cpuConfidence,
      held: mean(({ cores }) => (cores > first.cores ? 1 : 0)) <= UNSTATED,
    },
    memory: { confidence: first.memoryConfidence, held: bytes.at(-1)! <= first.limit },
  }
}

function valuesOf(cpu: ResourceRecommendation, memory: ResourceRecommendation): Values {
  return {
    cores: number(cpu.request),
    request: number(memory.request),
    limit: number(memory.limit),
    cpuConfidence: cpu.confidence ?? 0,
    memoryConfidence: memory.confidence ?? 0,
  }
}

function number(quantity: string | undefined): number {
  const value = parseQuantity(quantity)
  return value === undefined ? Number.NaN : toNumber(value)
}
