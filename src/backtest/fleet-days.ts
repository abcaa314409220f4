import type { ContainerUsage, Decision, Judged, Series } from '../scoring/index.ts'

const DAY_SECONDS = 86_400
const GIB = 2 ** 30

/** Core-days and GiB-days of the whole fleet for each day (UTC) from `firstDay` (days since 1970) on. */
export interface ByDay {
  readonly firstDay: number
  readonly cpu: Float64Array
  readonly memory: Float64Array
}

type ValueAt = (index: number, atSeconds: number) => number

export function usedByDay(judged: readonly Judged[], stepSeconds: number): ByDay {
  const sums = new Sums(judged, stepSeconds)
  for (const { cpu, memory } of judged) {
    sums.add('cpu', cpu, (i) => cpu.values[i]!)
    sums.add('memory', memory, (i) => memory.values[i]! / GIB)
  }
  return sums
}

/**
 * What the decisions reserve on each day.
 *
 * @param decisionsOf decisions for a container, in order of time
 */
export function reservedByDay(
  judged: readonly Judged[],
  decisionsOf: (usage: ContainerUsage) => readonly Decision[],
  stepSeconds: number,
): ByDay {
  const sums = new Sums(judged, stepSeconds)
  for (const { usage, cpu, memory } of judged) {
    const decisions = decisionsOf(usage)
    sums.add(
      'cpu',
      cpu,
      inForce(decisions, (decision) => decision.cpuRequestCores),
    )
    sums.add(
      'memory',
      memory,
      inForce(decisions, (decision) => decision.memoryRequestBytes / GIB),
    )
  }
  return sums
}

/** Figure of the decision that is in force at a time; 0 before the first decision. Must be called in order of time. */
function inForce(decisions: readonly Decision[], figureOf: (decision: Decision) => number): ValueAt {
  let next = 0
  return (_, atSeconds) => {
    while (next < decisions.length && decisions[next]!.fromSeconds <= atSeconds) next++
    return next === 0 ? 0 : figureOf(decisions[next - 1]!)
  }
}

class Sums implements ByDay {
  readonly firstDay: number
  readonly cpu: Float64Array
  readonly memory: Float64Array
  readonly #days: number

  constructor(judged: readonly Judged[], stepSeconds: number) {
    const times = judged.flatMap(({ cpu, memory }) =>
      [cpu, memory].flatMap(({ seconds }) => [seconds[0]!, seconds.at(-1)!]),
    )
    const days = times.map((seconds) => Math.floor(seconds / DAY_SECONDS))
    this.firstDay = days.reduce((first, day) => Math.min(first, day))
    const count = days.reduce((last, day) => Math.max(last, day)) - this.firstDay + 1
    this.cpu = new Float64Array(count)
    this.memory = new Float64Array(count)
    this.#days = stepSeconds / DAY_SECONDS
  }

  add(resource: 'cpu' | 'memory', { seconds }: Series, valueAt: ValueAt): void {
    const sums = this[resource]
    for (let i = 0; i < seconds.length; i++)
      sums[Math.floor(seconds[i]! / DAY_SECONDS) - this.firstDay]! += valueAt(i, seconds[i]!) * this.#days
  }
}
