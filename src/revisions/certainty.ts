import type { Values } from '../api/index.ts'
import { mapResources } from '../policy/index.ts'
import { RESOURCES } from '../resources/index.ts'

/** How far confidence must move to be worth a write on its own. */
const WORTH_TELLING = 0.1

/** The same values, with the confidence that is known now. */
export function withConfidenceOf(values: Values, learned: Values): Values {
  return mapResources(values, (value, resource, container) => {
    const confidence = learned.get(container)?.[resource]?.confidence
    return confidence === undefined ? value : { ...value, confidence }
  })
}

/**
 * The learned values with the confidence and the evidence of now, where confidence has moved by enough. The values and their
 * revision stay, as nothing else was learned.
 *
 * @returns `before` itself where confidence has not moved
 */
export function refreshed(before: Values, learned: Values): Values {
  const now = withConfidenceOf(before, learned)
  const hasMoved = [...now].some(([name, container]) =>
    RESOURCES.some((resource) => {
      const [from, to] = [before.get(name)![resource]?.confidence ?? 0, container[resource]?.confidence ?? 0]
      return Math.abs(to - from) >= WORTH_TELLING
    }),
  )
  if (!hasMoved) return before
  return new Map(
    [...now].map(([name, container]) => {
      const evidence = learned.get(name)?.evidence ?? container.evidence
      return [name, { ...container, ...(evidence && { evidence }) }]
    }),
  )
}
