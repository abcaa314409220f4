import type { Likeness } from './likeness.ts'

/** What a profile says about a resource of a container, after comparison with the container's own usage. */
export interface Followed<I> extends Likeness {
  /** For how many days of own usage it counts if the container is like the others. */
  readonly days: number
  readonly instances: readonly I[]
}

/** A bucket that is moved by a number of buckets, within the `count` buckets that exist. */
export function moved(bucket: number, by: number, count: number): number {
  return Math.min(Math.max(Math.round(bucket + by), 0), count - 1)
}
