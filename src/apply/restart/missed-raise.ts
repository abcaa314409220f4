import type { IntendedChange } from '../../policy/index.ts'

/** How often a container may be killed before a raise of its memory arrives, until somebody should hear of it. */
const MISSES = 3

/** Number of times that a raise came too late: a container started, and was killed, before it reached the Pod's cgroup. */
export function missesAfter(intended: IntendedChange | undefined): number {
  return (Number.isSafeInteger(intended?.missed) ? intended!.missed! : 0) + 1
}

export function isRaiseMissed(intended: IntendedChange | undefined): boolean {
  return Number(intended?.missed ?? 0) >= MISSES
}
