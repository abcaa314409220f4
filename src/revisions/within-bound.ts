import { MAX_CONTAINERS, type Values } from '../api/index.ts'
import type { PodShape } from '../policy/index.ts'

/** Leaves out containers that no longer run if there are more than a revision can hold: with every rollout they may have other names. */
export function withinBound(values: Values, { slots }: PodShape): Values {
  if (values.size <= MAX_CONTAINERS) return values
  const running = new Set(slots.map(({ name }) => name))
  return new Map([...values].filter(([name]) => running.has(name)).slice(0, MAX_CONTAINERS))
}
