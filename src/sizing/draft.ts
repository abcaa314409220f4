import type { ReasonCode } from '../policy/index.ts'
import type { Allotment, Nanos, ResourceName } from '../resources/index.ts'

/** Draft of the decision for one resource of one container. */
export interface Draft {
  readonly resource: ResourceName
  readonly author: Allotment
  /** The new values; if undefined, the author's values are kept. */
  readonly values?: Allotment | undefined
  readonly reasons: readonly ReasonCode[]
  /** Smallest request that may be written. */
  readonly least: Nanos
  /** Whether the program uses a share of its limit. */
  readonly followsLimit?: boolean
}

/** Drafts by container, then by resource in the order of `RESOURCES`. */
export type Drafts = readonly (readonly Draft[])[]

/** Values that a draft decides on: the new ones if there are any, else the author's. */
export function valuesOf({ values, author }: Draft): Allotment {
  return values ?? author
}

/**
 * Returns resources to what their authors wrote.
 *
 * @returns `drafts` itself if there is nothing to revert
 */
export function revertToAuthor(
  drafts: Drafts,
  resources: readonly ResourceName[],
  because: ReasonCode,
  from: (draft: Draft) => boolean = () => true,
): Drafts {
  const returns = (draft: Draft) => draft.values !== undefined && resources.includes(draft.resource) && from(draft)
  if (!drafts.some((container) => container.some(returns))) return drafts
  return drafts.map((container) =>
    container.map((draft) => (returns(draft) ? { ...draft, values: undefined, reasons: [because] } : draft)),
  )
}
