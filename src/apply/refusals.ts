import type { RunningStatus } from '../api/index.ts'
export type StoredRefusal = NonNullable<RunningStatus['refused']>[number]

/** A resize that was tried, and the node. */
export type Attempt = Pick<StoredRefusal, 'node' | 'revision' | 'policyDigest'>

/** Most refusals that a Recommendation stores. */
const MAX_REFUSALS = 16

/**
 * Resizes that can never succeed, by node, revision and policy. They are stored on the Recommendation, so that the next leader does not
 * try them again; until then, they are kept here.
 */
export class Refusals {
  /** By the key of the workload. */
  readonly #fresh = new Map<string, StoredRefusal[]>()

  add(workload: string, refusal: StoredRefusal): void {
    const known = (this.#fresh.get(workload) ?? []).filter((one) => !isSame(one, refusal))
    this.#fresh.set(workload, [...known, refusal].slice(-MAX_REFUSALS))
  }

  find(workload: string, stored: RunningStatus | undefined, of: Attempt): StoredRefusal | undefined {
    return this.of(workload, stored).find((one) => isSame(one, of))
  }

  /** All refusals of a workload, the stored ones first. */
  of(workload: string, stored: RunningStatus | undefined): readonly StoredRefusal[] {
    const fresh = this.#fresh.get(workload) ?? []
    const older = (stored?.refused ?? []).filter((one) => !fresh.some((other) => isSame(one, other)))
    return [...older, ...fresh].slice(-MAX_REFUSALS)
  }

  /** Forgets refusals of other workloads and of other revisions. */
  keep(revisions: ReadonlyMap<string, ReadonlySet<number>>): void {
    for (const [workload, all] of this.#fresh) {
      const current = all.filter(({ revision }) => revisions.get(workload)?.has(revision))
      if (current.length > 0) this.#fresh.set(workload, current)
      else this.#fresh.delete(workload)
    }
  }
}

function isSame(a: Attempt, b: Attempt): boolean {
  return a.node === b.node && a.revision === b.revision && a.policyDigest === b.policyDigest
}
