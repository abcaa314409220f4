import type { ReasonCode } from '../policy/index.ts'
import type { Allotment, Nanos, ResourceName } from '../resources/index.ts'

/** One resource of one container on its way to a decision. */
export interface Draft {
  readonly resource: ResourceName
  readonly author: Allotment
  /** What it shall have; the author's values when absent. */
  readonly values?: Allotment | undefined
  readonly reasons: readonly ReasonCode[]
  /** The least request that may be written. */
  readonly least: Nanos
}

/** By container, then by resource, in the order of `RESOURCES`. */
export type Drafts = readonly (readonly Draft[])[]

/** What is decided for a resource after all: its new values, else its author's. */
export function valuesOf({ values, author }: Draft): Allotment {
  return values ?? author
}

/**
 * Returns resources to what their authors wrote.
 *
 * @returns `drafts` itself where there is nothing to return
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
