import { MAX_CONTAINERS, type Values } from '../api/index.ts'
import type { PodShape } from '../policy/index.ts'

/** Drops containers that no longer run if there are too many for a revision: container names may change with every rollout. */
export function withinBound(values: Values, { slots }: PodShape): Values {
  if (values.size <= MAX_CONTAINERS) return values
  const running = new Set(slots.map(({ name }) => name))
  return new Map([...values].filter(([name]) => running.has(name)).slice(0, MAX_CONTAINERS))
}
