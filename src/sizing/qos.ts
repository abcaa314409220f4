import {
  type ContainerResources,
  meetsItsLimit,
  type QosClass,
  qosClass,
  type ResourceName,
  roundDownToGrain,
} from '../resources/index.ts'
import { type Draft, type Drafts, valuesOf } from './draft.ts'

/**
 * Keeps a Pod that was not Guaranteed from becoming Guaranteed by accident, when every request equals its limit: its eviction order,
 * OOM score and CPU pinning would change. One request is lowered to a grain below its limit; if that is not possible, Plimsoll keeps
 * the author's values. `size` keeps Guaranteed Pods Guaranteed.
 *
 * @param containers drafts by container
 */
export function keepQosClass(authors: QosClass, containers: Drafts): Drafts {
  if (authors === 'Guaranteed' || qosClass(containers.map(resourcesOf)) !== 'Guaranteed') return containers
  const drafts = containers.map((resources) => [...resources])
  for (const resources of drafts) {
    for (const [i, draft] of resources.entries()) {
      if (!draft.values) continue
      const changed = lowerByAGrain(draft) ?? { ...draft, values: undefined, reasons: ['QosClassKept'] }
      resources[i] = changed
      // One resource below its limit is enough.
      if (!meetsItsLimit(valuesOf(changed))) return drafts
    }
  }
  return drafts
}

function lowerByAGrain(draft: Draft): Draft | undefined {
  // A value that the author wrote may not be a multiple of the grain.
  const request = roundDownToGrain(draft.resource, draft.values!.request! - 1n)
  if (request < draft.least || request <= 0n) return undefined
  return { ...draft, values: { ...draft.values, request }, reasons: [...draft.reasons, 'QosClassKept'] }
}

function resourcesOf(drafts: readonly Draft[]): ContainerResources {
  const of = (resource: ResourceName) => valuesOf(drafts.find((draft) => draft.resource === resource)!)
  return { cpu: of('cpu'), memory: of('memory') }
}
