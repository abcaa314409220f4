/** Result of looking at a Pod that carries its revision: it has its target values, or has too much or too little. */
export type Review = 'fits' | 'free' | 'raise'

/** A Pod, and the revision and policies that it was reviewed for. */
export interface ReviewedPod {
  readonly uid: string
  readonly revision: number
  /** Policies and LimitRanges that apply to the Pod, as text. */
  readonly policyDigest: string
}

/**
 * Remembers which Pods that carry their revision also have the values that the webhook would give them now. Policies, LimitRanges and
 * the calculation itself change without a new revision, so each leader looks at each Pod once, and again after a change.
 */
export class Reviews {
  readonly #known = new Map<string, { readonly of: string; readonly review: Review; askedAt: number }>()
  #pass = 0

  /** Begins a pass over the fleet; forgets Pods that nobody has asked about in many passes. */
  begin(): void {
    this.#pass++
    for (const [uid, { askedAt }] of this.#known) if (this.#pass - askedAt > REMEMBERED_PASSES) this.#known.delete(uid)
  }

  /** @returns undefined if the Pod must be looked at */
  of(pod: ReviewedPod): Review | undefined {
    const known = this.#known.get(pod.uid)
    if (known?.of !== keyOf(pod)) return undefined
    known.askedAt = this.#pass
    return known.review
  }

  note(pod: ReviewedPod, review: Review): void {
    this.#known.set(pod.uid, { of: keyOf(pod), review, askedAt: this.#pass })
  }
}

/** Nobody asks about a Pod while it is resized or not ready. */
const REMEMBERED_PASSES = 3_600

function keyOf({ revision, policyDigest }: ReviewedPod): string {
  return `${revision}/${policyDigest}`
}
