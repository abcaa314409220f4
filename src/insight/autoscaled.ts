import type { SloStatus } from '../api/index.ts'
import { formatBytes, formatCores } from '../resources/index.ts'
import { sumOfAll } from './amounts.ts'
import { type CheaperSize, cheapestPod, scaledUsage } from './cheapest-pod.ts'
import type { HpaFacts, HpaTarget } from './facts.ts'
import type { AutoscaledInsight, CheapestPod, Price, ScaleTargetInsight } from './model.ts'
import type { Studied } from './study.ts'
import { plural, shareText } from './text.ts'

export interface AutoscaledContext {
  readonly minimum: AutoscaledInsight['minimum']
  readonly price: Price
  readonly slos: readonly SloStatus[]
  /** Seconds between two samples of a Pod. */
  readonly stepSeconds: number
}

/**
 * What the HPA of a workload costs at least. It never goes below `minReplicas`, so there the requests decide what the workload costs,
 * and above they decide at which usage it scales.
 */
export function autoscaledInsight(
  { targets, scalesOnMore, ...hpa }: HpaFacts,
  studied: readonly Studied[],
  { minimum, price, slos, stepSeconds }: AutoscaledContext,
): AutoscaledInsight {
  const kept = targets?.map((target): ScaleTargetInsight => {
    const { author: _, ...its } = target
    const keeps = targetThatKeeps(target, studied)
    return { ...its, ...(keeps !== undefined && { keeps }) }
  })
  const cheapest =
    meetsLatency(slos) && !scalesOnMore
      ? cheapestOf({ ...hpa, ...(targets && { targets }) }, studied, price, stepSeconds)
      : undefined
  return {
    ...{ ...hpa, minimum },
    ...(kept && kept.length > 0 && { targets: kept }),
    ...(cheapest && { cheapest }),
    says: [...sayMinimum(hpa), ...(kept ?? []).flatMap(sayTarget), ...(cheapest ? [cheapest.says] : [])].join(' '),
  }
}

/** Whether all latency objectives are known and met, and there is one: what they say holds for the present load per core. */
function meetsLatency(slos: readonly SloStatus[]): boolean {
  const latency = slos.filter(({ kind }) => kind === 'latency')
  return latency.length > 0 && latency.every(({ state }) => state === 'Met')
}

/** Undefined if it has several containers, of which requests say nothing about the size of the others, or scales on more than CPU. */
function cheapestOf(
  { targets = [], minReplicas, maxReplicas }: HpaFacts,
  studied: readonly Studied[],
  price: Price,
  stepSeconds: number,
): CheapestPod | undefined {
  const [target, ...others] = targets
  const [one, ...rest] = studied
  const [cpuCores, memoryBytes] = [one?.facts.now?.cpu.request, one?.facts.now?.memory.request]
  if (target?.resource !== 'cpu' || others.length > 0 || rest.length > 0) return undefined
  const usage = one?.facts.usage && scaledUsage(one.facts.usage, stepSeconds)
  if (!usage || cpuCores === undefined || memoryBytes === undefined) return undefined
  const { utilization } = target
  const found = cheapestPod(usage, { cpuCores, memoryBytes }, { utilization, minReplicas, maxReplicas }, price)
  return found && { ...found, says: sayCheapest(found) }
}

function sayCheapest({ cpuCores, memoryBytes, savedShare }: CheaperSize): string {
  return `Fewer, larger Pods would cost ${shareText(savedShare)} less, with the same target and the same load per core: those that request ${formatCores(cpuCores)} CPU and ${formatBytes(memoryBytes)} of memory.`
}

/** Keeps a quotient of floating-point numbers that should be whole from being rounded down by one. */
const ROUNDING = 1e-9

/**
 * The target at which an HPA scales at the same usage with the learned requests: author's target × Σ author's requests ÷ Σ learned
 * requests, as `planTarget` changes it with the owner's consent. It is rounded down: a lower target means more replicas.
 *
 * @returns undefined if nothing was learned, a request is not known, or even 1 % is too high
 */
function targetThatKeeps({ resource, container, author }: HpaTarget, studied: readonly Studied[]): number | undefined {
  const counted = studied.filter(({ facts }) => container === undefined || facts.name === container)
  if (!counted.some(({ asked }) => asked.isLearned && asked.isKnown[resource])) return undefined
  const written = counted.map(({ facts }) => facts.author?.[resource].request)
  const before = written.every((request) => request) ? sumOfAll(written) : undefined
  const after = sumOfAll(counted.map(({ asked }) => asked.requests[resource]))
  if (!before || !after) return undefined
  const keeps = Math.floor((author * before) / after + ROUNDING)
  return keeps >= 1 ? keeps : undefined
}

function sayMinimum({ name, minReplicas, atMinimumShare }: Omit<HpaFacts, 'targets'>): string[] {
  // An HPA may scale to zero itself; then requests are all that costs.
  if (minReplicas === 0) return []
  const stood =
    atMinimumShare === undefined ? '' : `, and had exactly that many ${shareText(atMinimumShare)} of the time`
  return [
    `The HPA ${name} keeps at least ${plural(minReplicas, 'Pod')}${stood}.`,
    'Lower requests make these cheaper, but only a lower minReplicas makes them fewer.',
  ]
}

function sayTarget({ resource, container, utilization, keeps }: ScaleTargetInsight): string[] {
  if (keeps === undefined || keeps === utilization) return []
  const what = container === undefined ? resource : `${resource} of container ${container}`
  return [
    `With the learned requests, a target of ${keeps} % for ${what} instead of ${utilization} % keeps the scale point: the Pods then scale at the same usage as before.`,
  ]
}
