import { readContainers } from '../../policy/index.ts'
import type { Nanos, ResourceName } from '../../resources/index.ts'
import type { Finding } from '../finding.ts'
import { raisesOf } from '../raises.ts'
import type { Target } from '../target.ts'
import { changesOf, decide, type WantedInput } from '../wanted.ts'

export type SuccessorInput = Pick<WantedInput, 'pod' | 'workload' | 'policy' | 'constraints'> & {
  readonly target: Target
}

/**
 * Amounts that the successor of a Pod would request in addition. Pure.
 *
 * @returns why the successor would have the same values, if it would
 */
export function successorsRaises({
  target,
  ...input
}: SuccessorInput): Readonly<Record<ResourceName, Nanos>> | Finding {
  // The author's values are never higher than injected ones at this point.
  if (target.of === 'author') return { cpu: 0n, memory: 0n }
  const slots = readContainers(input.pod)
  const decided = decide({ ...input, slots }, target)
  if (typeof decided === 'string') return { reason: decided }
  if (changesOf(slots, decided.values).length === 0) return { reason: 'RestartDoesNotHelp' }
  return raisesOf(slots, decided.values)
}
