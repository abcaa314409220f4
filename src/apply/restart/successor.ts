import type { ApiPod, FleetNode } from '../../fleet/index.ts'
import { readContainers } from '../../policy/index.ts'
import type { Nanos, ResourceName } from '../../resources/index.ts'
import type { Finding } from '../finding.ts'
import { shortOf } from '../headroom.ts'
import { raisesOf } from '../raises.ts'
import type { Target } from '../target.ts'
import { changesOf, decide, type WantedInput } from '../wanted.ts'

export type SuccessorInput = Pick<WantedInput, 'pod' | 'workload' | 'policy' | 'constraints'> & {
  readonly target: Target
}

/**
 * What the successor of a Pod would request more than it. Pure.
 *
 * @returns why the successor would have the same values, if it would
 */
export function successorsRaises({
  target,
  ...input
}: SuccessorInput): Readonly<Record<ResourceName, Nanos>> | Finding {
  // What its author wrote is never more than what was injected by then.
  if (target.of === 'author') return { cpu: 0n, memory: 0n }
  const slots = readContainers(input.pod)
  const decided = decide({ ...input, slots }, target)
  if (typeof decided === 'string') return { reason: decided }
  if (changesOf(slots, decided.values).length === 0) return { reason: 'RestartDoesNotHelp' }
  return raisesOf(slots, decided.values)
}

/** Why the successor of a Pod would find no room where its predecessor was; undefined if it would. Pure. */
export function roomProblem(
  node: FleetNode | undefined,
  pods: Iterable<ApiPod>,
  raises: Readonly<Record<ResourceName, Nanos>>,
): Finding | undefined {
  if (raises.cpu === 0n && raises.memory === 0n) return undefined
  if (!node) return { reason: 'NodeFull', message: 'the node is not known' }
  const short = shortOf(node, pods, raises)
  return short && { reason: 'NodeFull', message: `node ${node.name} has too little ${short} left` }
}
