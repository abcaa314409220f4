import type { Amounts } from '../sizing/index.ts'

/** A quota's status follows within a second; a busy API server may take longer. */
const BUCKET_MILLISECONDS = 1_000
const BUCKETS = 10

type Sums = Record<string, bigint>

/**
 * What Pods took of their namespaces' quotas in the last seconds. A burst is decided on before the quota shows any of it:
 * without this, each of its Pods would be promised the same rest.
 */
export class InFlight {
  readonly #byNamespace = new Map<string, Map<number, Sums>>()

  /** @param atMilliseconds of a clock that never goes back */
  add(namespace: string, amounts: Amounts, atMilliseconds: number): void {
    const buckets = this.#byNamespace.get(namespace) ?? new Map<number, Sums>()
    this.#byNamespace.set(namespace, buckets)
    const bucket = Math.floor(atMilliseconds / BUCKET_MILLISECONDS)
    const sums = buckets.get(bucket) ?? {}
    buckets.set(bucket, sums)
    for (const [key, nanos] of Object.entries(amounts)) sums[key] = (sums[key] ?? 0n) + nanos
  }

  /** Forgets what is older, so ask before each `add`. */
  of(namespace: string, atMilliseconds: number): Amounts {
    const buckets = this.#byNamespace.get(namespace)
    if (!buckets) return NOTHING
    const now = Math.floor(atMilliseconds / BUCKET_MILLISECONDS)
    const total: Sums = {}
    for (const [bucket, sums] of buckets) {
      // Stryker disable next-line CallExpression: it only gives back memory
      if (bucket <= now - BUCKETS) buckets.delete(bucket)
      else for (const [key, nanos] of Object.entries(sums)) total[key] = (total[key] ?? 0n) + nanos
    }
    // Stryker disable next-line ConditionalExpression,CallExpression: it only gives back memory
    if (buckets.size === 0) this.#byNamespace.delete(namespace)
    return total
  }
}

const NOTHING: Amounts = {}
