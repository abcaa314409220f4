import { sumOfAll } from './amounts.ts'
import type { HpaFacts, HpaTarget } from './facts.ts'
import type { AutoscaledInsight, ScaleTargetInsight } from './model.ts'
import type { Studied } from './study.ts'
import { plural, shareText } from './text.ts'

/**
 * What the HPA of a workload costs at least. It never goes below `minReplicas`, so there the requests decide what the workload costs,
 * and above they decide at which usage it scales.
 */
export function autoscaledInsight(
  { targets, ...hpa }: HpaFacts,
  studied: readonly Studied[],
  minimum: AutoscaledInsight['minimum'],
): AutoscaledInsight {
  const kept = targets?.map((target): ScaleTargetInsight => {
    const { author: _, ...its } = target
    const keeps = targetThatKeeps(target, studied)
    return { ...its, ...(keeps !== undefined && { keeps }) }
  })
  return {
    ...{ ...hpa, minimum },
    ...(kept && kept.length > 0 && { targets: kept }),
    says: [...sayMinimum(hpa), ...(kept ?? []).flatMap(sayTarget)].join(' '),
  }
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
