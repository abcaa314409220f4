import type { Values } from '../api/index.ts'
import { mapResources } from '../policy/index.ts'
import { RESOURCES } from '../resources/index.ts'

/** Change of confidence that is worth a write even if nothing else changes. */
const WORTH_TELLING = 0.1

/** Copies values with the confidence that is known now. */
export function withConfidenceOf(values: Values, learned: Values): Values {
  return mapResources(values, (value, resource, container) => {
    const confidence = learned.get(container)?.[resource]?.confidence
    return confidence === undefined ? value : { ...value, confidence }
  })
}

/**
 * Returns the learned values with the current confidence and evidence if confidence has changed by at least 0.1, or the state of an SLO
 * in the evidence has changed. The values and their revision stay the same, because nothing else was learned.
 *
 * @returns `before` itself if neither has changed
 */
export function refreshed(before: Values, learned: Values): Values {
  const now = withConfidenceOf(before, learned)
  const hasMoved = [...now].some(([name, container]) =>
    RESOURCES.some((resource) => {
      const [from, to] = [before.get(name)![resource]?.confidence ?? 0, container[resource]?.confidence ?? 0]
      return Math.abs(to - from) >= WORTH_TELLING
    }),
  )
  if (!hasMoved && !hasNewSloState(before, learned)) return before
  return new Map(
    [...now].map(([name, container]) => {
      const evidence = learned.get(name)?.evidence ?? container.evidence
      return [name, { ...container, ...(evidence && { evidence }) }]
    }),
  )
}

function hasNewSloState(before: Values, learned: Values): boolean {
  const stateOf = (values: Values, name: string) => values.get(name)?.evidence?.cpu?.slo?.state
  return [...before.keys()].some((name) => learned.has(name) && stateOf(before, name) !== stateOf(learned, name))
}
