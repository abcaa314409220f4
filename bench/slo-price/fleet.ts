import type { Goal } from '../../src/api/index.ts'
import { createLearner, type DecisionTerms, GOAL_PRICES, type Learner } from '../../src/learner/index.ts'
import { parseQuantity, toNumber } from '../../src/resources/index.ts'
import { CpuForSlo } from '../../src/slos/index.ts'
import { CfsService, randomFrom, SERVICE_TIMES, type ServiceOptions } from '../../test/support/cfs-service.ts'

export const BUDGET = 0.05
const DAYS = 6
/** Days that are only learned from. */
const WARM_UP_DAYS = 2
const WINDOW_SECONDS = 300
const WINDOWS_A_DAY = 86_400 / WINDOW_SECONDS
const WINDOWS_AN_HOUR = 12
/** Part of each window that is simulated: more takes longer and changes little but noise. */
const SIMULATED_SECONDS = 25
/** As `changes.lowerEvery`, `step.maxIncrease`, `step.maxDecrease` and `minimumChange.share` are by default. */
const LOWER_EVERY_WINDOWS = 72
const LARGEST_CHANGE = 2
const MINIMUM_CHANGE = 0.1

export interface Member extends ServiceOptions {
  readonly name: string
  readonly seed: number
  /** CPU limit for each core that is requested, as `limits.cpu: ratio` keeps it. */
  readonly ratio: number
  readonly meanLoad: number
  /** Whether what makes its requests slow is not CPU. */
  readonly isSlowElsewhere: boolean
}

/** Services that differ in how long requests compute, how bursty they are, how much the day matters, and how limits follow requests. */
export function madeFleet(): Member[] {
  const kinds = Object.entries(SERVICE_TIMES)
  return kinds.flatMap(([kind, timesOf], i) =>
    [0, 1, 2, 3].map((j): Member => {
      const isSlowElsewhere = j === 3
      return {
        ...{
          name: `${kind}-${j}`,
          seed: 1 + 10 * i + j,
          ratio: [1, 1.3, 1.6, 1.3][j]!,
          meanLoad: [25, 40, 60, 30][(i + j) % 4]!,
        },
        ...{
          serviceTime: timesOf([0.015, 0.03, 0.05, 0.02][(2 * i + j) % 4]!),
          thresholdSeconds: 0.25,
          burstiness: 1 + 0.2 * j,
        },
        isSlowElsewhere,
        // A database: one request in four waits for it too long, with any amount of CPU.
        waits: isSlowElsewhere ? (random) => (random() < 0.25 ? 0.4 : 0) : undefined,
      }
    }),
  )
}

/** Requests per second in each window: a day, noise, and a level that doubles or halves on some days. */
export function loadsOf({ meanLoad, seed }: Member): number[] {
  const random = randomFrom(1000 + seed)
  const depth = 0.2 + 0.4 * random()
  let level = 1
  return Array.from({ length: DAYS * WINDOWS_A_DAY }, (_, i) => {
    if (i % WINDOWS_A_DAY === 0 && i > 0 && random() < 0.4) level = level === 1 ? 2 : 1
    const day = 1 + depth * Math.sin((2 * Math.PI * i) / WINDOWS_A_DAY)
    return meanLoad * level * day * (0.9 + 0.2 * random())
  })
}

/** The least CPU limit that keeps the SLO, by load: found by bisection at some loads, in the simulator alone, and interpolated. */
export function leastByLoad(member: Member, loads: readonly number[]): (load: number) => number {
  const [lowest, highest] = [Math.min(...loads), Math.max(...loads)]
  const steps = 6
  const points = Array.from({ length: steps }, (_, i) => {
    const load = lowest * (highest / lowest) ** (i / (steps - 1))
    let [low, high] = [0.02, 16]
    while (high / low > 1.02) {
      const cores = Math.sqrt(low * high)
      const service = new CfsService({ ...member, waits: undefined, seed: 77 })
      service.serve(20, load, cores)
      const { bad, total } = service.serve(500, load, cores)
      if (bad <= BUDGET * total) high = cores
      else low = cores
    }
    return { at: Math.log(load), cores: high }
  })
  return (load) => {
    const at = Math.log(load)
    const next = Math.max(
      1,
      points.findIndex((point) => point.at >= at),
    )
    const [a, b] = [points[next - 1]!, points[next]!]
    return a.cores + ((b.cores - a.cores) * (at - a.at)) / (b.at - a.at)
  }
}

/** One window as it was sized and as it went. */
export interface SizedWindow {
  readonly load: number
  readonly limit: number
  readonly bad: number
  readonly total: number
}

/** Sizes a service through all its windows, with hourly decisions of the learner, and what its SLO takes if that counts. */
export function sized(member: Member, loads: readonly number[], goal: Goal, hasSlo: boolean) {
  const { ratio } = member
  const service = new CfsService(member)
  const learner = createLearner({ minimumHistory: { seconds: 3600, samples: 10 } })
  const slo = new CpuForSlo(BUDGET)
  const container = { workload: { namespace: 'fleet', kind: 'Deployment', name: member.name }, container: 'app' }
  const windows: SizedWindow[] = []
  let [request, lowered, changes] = [2 / ratio, Number.NEGATIVE_INFINITY, 0]
  let isNew = true
  for (const [at, load] of loads.entries()) {
    const limit = request * ratio
    if (isNew) service.serve(5, load, limit)
    const { bad, total, usedCores, throttledShare } = service.serve(SIMULATED_SECONDS, load, limit)
    windows.push({ load, limit, bad, total })
    const atSeconds = 1_800_000_000 + at * WINDOW_SECONDS
    const cpuCores = usedCores * (1 + throttledShare)
    learner.observe([{ container, pod: 'app-0', timestampSeconds: atSeconds - 60, cpuCores, memoryBytes: 2 ** 28 }])
    // What was served before a change does not count: the window after it is left out.
    if (hasSlo && !isNew) {
      const window = { load: total / SIMULATED_SECONDS, cores: limit, bad, total, usedCores, atSeconds }
      slo.observe(window, { horizon: 'hour', leastRaise: MINIMUM_CHANGE })
    }
    isNew = false
    const wanted = wantedOf(
      learner,
      container.workload,
      atSeconds,
      { prices: GOAL_PRICES[goal], cadence: '1h' },
      hasSlo ? slo.leastCores / ratio : 0,
    )
    if (wanted >= request * (1 + MINIMUM_CHANGE)) request = Math.min(wanted, request * LARGEST_CHANGE)
    else if (wanted <= request * (1 - MINIMUM_CHANGE) && at - lowered >= LOWER_EVERY_WINDOWS) {
      request = Math.max(wanted, request / LARGEST_CHANGE)
      lowered = at
    } else continue
    isNew = true
    if (at >= WARM_UP_DAYS * WINDOWS_A_DAY) changes++
  }
  return { windows: windows.slice(WARM_UP_DAYS * WINDOWS_A_DAY), changesADay: changes / (DAYS - WARM_UP_DAYS) }
}

function wantedOf(
  learner: Learner,
  workload: Parameters<Learner['decide']>[0],
  atSeconds: number,
  terms: DecisionTerms,
  least: number,
): number {
  const cpu = learner.decide(workload, atSeconds, terms).containers[0]?.cpu
  return cpu === undefined ? Math.max(2, least) : Math.max(toNumber(parseQuantity(cpu.request)!), least)
}

/** What windows cost, and how well they kept the SLO. */
export function judged(windows: readonly SizedWindow[], leastOf: (load: number) => number) {
  let [reserved, short, least, bad, total] = [0, 0, 0, 0, 0]
  let [hours, kept] = [0, 0]
  for (let from = 0; from < windows.length; from += WINDOWS_AN_HOUR) {
    const hour = windows.slice(from, from + WINDOWS_AN_HOUR)
    // What the hour takes: nobody changes CPU by the minute.
    const takes = Math.max(...hour.map(({ load }) => leastOf(load)))
    for (const window of hour) {
      reserved += window.limit
      least += takes
      short += Math.max(0, leastOf(window.load) - window.limit)
      bad += window.bad
      total += window.total
    }
    hours++
    const [badHour, totalHour] = [
      hour.reduce((sum, one) => sum + one.bad, 0),
      hour.reduce((sum, one) => sum + one.total, 0),
    ]
    if (badHour <= BUDGET * totalHour) kept++
  }
  return { reserved, short, least, badShare: bad / total, hoursKept: kept / hours }
}
