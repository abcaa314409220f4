import { type PodSlot, restartsForResize } from '../../policy/index.ts'
import { RESOURCES, readable } from '../../resources/index.ts'
import type { Target } from '../target.ts'
import type { Change, Wanted } from '../wanted.ts'

/** Containers that a resize restarts: their `resizePolicy` requires it for a changed resource. */
export function restartedBy(changes: readonly Change[]): ReadonlySet<string> {
  return new Set(
    changes.filter(({ slot, resource }) => restartsForResize(slot.container, resource)).map(({ slot }) => slot.name),
  )
}

/** Restarts of each container including those by a resize, so that they do not count as trouble. */
export function withRestarts(
  restarts: Readonly<Record<string, number>>,
  restarting: ReadonlySet<string>,
): Readonly<Record<string, number>> {
  return { ...restarts, ...Object.fromEntries([...restarting].map((name) => [name, (restarts[name] ?? 0) + 1])) }
}

/** Whether a Pod that should have its author's values keeps a limit that its author did not write. */
export function keepsLimit(target: Target, slots: readonly PodSlot[], { authors, values }: Wanted): boolean {
  if (target.of !== 'author') return false
  return slots.some((_, i) =>
    RESOURCES.some((resource) => {
      const [author, value] = [readable(authors[i]![resource]), readable(values[i]![resource])]
      return author.limit === undefined && value.limit !== undefined
    }),
  )
}
