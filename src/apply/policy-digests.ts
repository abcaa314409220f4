import { createHash } from 'node:crypto'
import type { Policy } from '../policy/index.ts'
import type { AdmissionConstraints } from '../sizing/index.ts'

type Limits = AdmissionConstraints['limits']

/**
 * Reduces everything that applies to the Pods of a workload to a short text: when it changes, their values may have to change. The rest
 * of a quota does not count, because it changes with every Pod; as in Kubernetes, a quota that shrinks does not affect running Pods.
 */
export class PolicyDigests {
  /** Most policies and rules are the same objects in each pass. */
  readonly #known = new WeakMap<Policy, WeakMap<Limits, string>>()

  of(policy: Policy, limits: Limits): string {
    const known = this.#known.get(policy) ?? new WeakMap<Limits, string>()
    this.#known.set(policy, known)
    const digest = known.get(limits) ?? digestOf({ policy, limits })
    known.set(limits, digest)
    return digest
  }
}

function digestOf(value: object): string {
  const text = JSON.stringify(value, (_, field) => (typeof field === 'bigint' ? field.toString() : field))
  return createHash('sha256').update(text).digest('base64url').slice(0, 16)
}
