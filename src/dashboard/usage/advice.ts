import { type ContainerRecommendation, Goal } from '../../api/index.ts'
import type { UsageSample } from '../../history/index.ts'
import { createLearner, GOAL_PRICES, type MinimumHistory } from '../../learner/index.ts'
import { parseQuantity, type ResourceName, toNumber } from '../../resources/index.ts'
import type { Workload } from '../../workloads/index.ts'
import type { Advice } from '../wire.ts'
import { rounded } from './envelope.ts'

/** What the learner would have recommended for a workload. */
export interface Advised {
  readonly plots: ReadonlyMap<string, Readonly<Record<ResourceName, Advice>>>
  /** Recommendation at the last of the times, by goal. */
  readonly latest: Readonly<Record<Goal, readonly ContainerRecommendation[]>>
  /** Share (0..1) of CPU samples above the request that was recommended before they came; undefined if nothing was. */
  readonly above: (container: string, goal: Goal) => number | undefined
}

/**
 * What the learner would have recommended for a workload at each of these times, for each goal, from earlier samples
 * only. The goals price under-provisioning 10, 20 and 100 times as high as over-provisioning. So they are the 0.91,
 * 0.95 and 0.99 quantiles of what the learner expects, and their distance shows how unsure it is.
 *
 * @param times times in ascending order, seconds since 1970
 * @param samples samples of this workload, in order of time
 * @param pause called between two times, so that other requests are served meanwhile
 */
export async function adviceAt(
  times: readonly number[],
  { workload, goal }: { readonly workload: Workload; readonly goal: Goal },
  samples: readonly UsageSample[],
  minimumHistory: MinimumHistory | undefined,
  pause: () => Promise<void>,
): Promise<Advised> {
  const learner = createLearner(minimumHistory && { minimumHistory })
  const recommend = (goal: Goal, time: number) =>
    learner.recommend(workload, time, { prices: GOAL_PRICES[goal], cadence: '24h' }).containers
  const said: Advised['latest'][] = []
  const judged = new Judged()
  let learned = 0
  for (const time of times) {
    const from = learned
    while (learned < samples.length && samples[learned]!.timestampSeconds < time) learned++
    const news = samples.slice(from, learned)
    judged.take(news, said.at(-1))
    learner.observe(news)
    const all = Goal.options.map((goal) => [goal, recommend(goal, time)] as const)
    said.push(Object.fromEntries(all) as unknown as Advised['latest'])
    await pause()
  }
  const names = new Set(samples.map(({ container }) => container.container))
  const adviceOn = (name: string, resource: ResourceName): Advice => {
    const of = (goal: Goal, field: 'request' | 'limit') =>
      said.map((recommended) => amountOf(recommended[goal], name, resource, field))
    const request = Object.fromEntries(Goal.options.map((goal) => [goal, of(goal, 'request')]))
    return { request: request as unknown as Advice['request'], limit: of(goal, 'limit') }
  }
  return {
    plots: new Map([...names].map((name) => [name, { cpu: adviceOn(name, 'cpu'), memory: adviceOn(name, 'memory') }])),
    latest: said.at(-1)!,
    above: (container, goal) => judged.share(container, goal),
  }
}

/** Counts the CPU samples above the earlier recommendation. */
class Judged {
  readonly #counts = new Map<string, { all: number; above: number }>()

  take(samples: readonly UsageSample[], said: Advised['latest'] | undefined): void {
    if (!said) return
    const requests = new Map<string, number | null>()
    for (const { container, cpuCores } of samples) {
      if (Number.isNaN(cpuCores)) continue
      for (const goal of Goal.options) {
        const key = `${goal}/${container.container}`
        if (!requests.has(key)) requests.set(key, amountOf(said[goal], container.container, 'cpu', 'request'))
        const request = requests.get(key)!
        if (request === null) continue
        const counts = this.#counts.get(key) ?? { all: 0, above: 0 }
        counts.all++
        if (cpuCores > request) counts.above++
        this.#counts.set(key, counts)
      }
    }
  }

  share(container: string, goal: Goal): number | undefined {
    const counts = this.#counts.get(`${goal}/${container}`)
    return counts && counts.above / counts.all
  }
}

function amountOf(
  containers: readonly ContainerRecommendation[],
  name: string,
  resource: ResourceName,
  field: 'request' | 'limit',
): number | null {
  const nanos = parseQuantity(containers.find((one) => one.name === name)?.[resource]?.[field])
  return nanos === undefined ? null : rounded(toNumber(nanos))
}
