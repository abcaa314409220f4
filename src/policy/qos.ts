import {
  type Allotment,
  type ContainerResources,
  GRAIN,
  type QosClass,
  qosClass,
  type ResourceName,
} from '../resources/index.ts'
import type { Policy } from './policy.ts'
import type { ReasonCode } from './reasons.ts'

/** One resource of one container on its way to a decision. */
export interface Draft {
  readonly resource: ResourceName
  readonly author: Allotment
  /** What it shall have; the author's values when absent. */
  readonly values?: Allotment | undefined
  readonly reasons: readonly ReasonCode[]
}

/**
 * A Pod that was not Guaranteed must not become it by chance (every request meeting its limit): its eviction order, OOM
 * score and CPU pinning would change. One request is put a grain below its limit; where that cannot be, the author's
 * values return. A Guaranteed Pod stays one by construction (`size`).
 *
 * @param containers drafts by container
 */
export function keepQosClass(
  authors: QosClass,
  containers: readonly (readonly Draft[])[],
  policy: Policy,
): readonly (readonly Draft[])[] {
  if (authors === 'Guaranteed') return containers
  const drafts = containers.map((resources) => [...resources])
  for (const resources of drafts) {
    for (const [i, draft] of resources.entries()) {
      if (qosClass(drafts.map(resourcesOf)) !== 'Guaranteed') return drafts
      if (draft.values)
        resources[i] = lowerByAGrain(draft, policy) ?? { ...draft, values: undefined, reasons: ['QosClassKept'] }
    }
  }
  return drafts
}

function lowerByAGrain(draft: Draft, policy: Policy): Draft | undefined {
  const request = draft.values!.request! - GRAIN[draft.resource]
  if (request < policy.bounds[draft.resource].min || request <= 0n) return undefined
  return { ...draft, values: { ...draft.values, request }, reasons: [...draft.reasons, 'QosClassKept'] }
}

function resourcesOf(drafts: readonly Draft[]): ContainerResources {
  const of = (resource: ResourceName): Allotment => {
    const { values, author } = drafts.find((draft) => draft.resource === resource)!
    return values ?? author
  }
  return { cpu: of('cpu'), memory: of('memory') }
}
