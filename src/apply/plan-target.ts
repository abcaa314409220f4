import type { ScalePoint } from '../policy/index.ts'
import type { Nanos } from '../resources/index.ts'

/** Requests of one Pod for the containers that a metric of an HPA counts. */
export interface ScaledPod {
  /** The author's request. */
  readonly author: Nanos
  /** Its current request. */
  readonly carries: Nanos
  /** The request that it will get; the current one if it stays the same. */
  readonly next: Nanos
}

/** A metric of an HPA, in percent of the request. */
export interface ScaledMetric {
  readonly target: number
  /** The change that Plimsoll made; undefined if it made none. */
  readonly point: ScalePoint | undefined
  readonly pods: readonly ScaledPod[]
}

/** The target that the HPA should have now, and what is noted about it: undefined if it is the author's again. */
export interface PlannedTarget {
  readonly target: number
  readonly point: ScalePoint | undefined
  /** Whether raises of Pods must wait because the target is still too high for their next requests. */
  readonly isBehind: boolean
}

/**
 * The target at which an HPA scales at the same usage as with the author's requests: author's target × Σ author's requests ÷ Σ
 * requests. Each Pod counts with the higher of its current and its next request. So the target is lowered before Pods are raised, and
 * raised after they were lowered: an interruption leaves a target that is too low, which means more replicas, not fewer.
 *
 * Source: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details
 *
 * @returns undefined if there are no Pods or one of them has no request
 */
export function planTarget({ target, point, pods }: ScaledMetric): PlannedTarget | undefined {
  if (pods.length === 0 || pods.some(({ author, carries }) => author <= 0n || carries <= 0n)) return undefined
  const author = point?.author ?? target
  const before = pods.reduce((sum, pod) => sum + pod.author, 0n)
  const now = pods.reduce((sum, pod) => sum + (pod.carries > pod.next ? pod.carries : pod.next), 0n)
  // Rounded down: a lower target means more replicas.
  const wanted = Number((BigInt(author) * before) / now)
  const next = Math.max(1, wanted)
  const isAuthors = next === author && pods.every(({ carries, author, next }) => carries === author && next === author)
  return {
    target: next,
    point: isAuthors ? undefined : next === target && !point ? undefined : { author, written: next },
    // If less than 1 % is wanted, no target is low enough.
    isBehind: target > next || wanted < 1,
  }
}
