import {
  NO_VALUES,
  type RecommendationStatus,
  readValues,
  type SloCondition,
  type Summary,
  type Values,
} from '../api/index.ts'
import { heldFor } from '../policy/index.ts'
import { formatQuantity, type Nanos, RESOURCES, readable } from '../resources/index.ts'
import { isVariant } from './node-classes.ts'
import type { ReconcileInput } from './reconcile-input.ts'

/**
 * Summary for `kubectl get rec`: requests of all containers together, now -> learned, and the lowest confidence. Both sums count the
 * same containers: without an applied value, or where nothing is injected, the author's value counts; a resource that is not learned,
 * or is held for an autoscaler, keeps its value. Init containers run before the others, so they are left out.
 */
export function summarize(
  { mode, learned, applied, slos }: RecommendationStatus,
  { author, shape, autoscalers }: Pick<ReconcileInput, 'author' | 'shape' | 'autoscalers'>,
): Summary {
  const slo = worstOf(slos)
  const worst = slo === undefined ? {} : { slo }
  if (!learned) return worst
  const [next, current] = [
    readValues(learned.containers),
    mode === 'observe' ? NO_VALUES : readValues(applied?.containers),
  ]
  const inits = new Set(shape.slots.flatMap(({ name, kind }) => (kind === 'init' ? [name] : [])))
  const names = [...new Set([...author.keys(), ...next.keys(), ...current.keys()])].filter(
    (name) => !inits.has(name) && !isVariant(name),
  )
  const summary: Summary = {}
  for (const resource of RESOURCES) {
    if (!names.some((name) => next.get(name)?.[resource])) continue
    const requests = names.map((name) => {
      const [container, learns] = [current.get(name), next.get(name)?.[resource]?.request]
      const now = container?.[resource]?.request ?? readable(author.get(name)?.[resource] ?? {}).request
      return { now, learned: heldFor(autoscalers, name, resource) ? now : (learns ?? now) }
    })
    const now = sum(requests.map((request) => request.now))
    const then = sum(requests.map((request) => request.learned))
    const text = (nanos: Nanos | undefined) => (nanos === undefined ? '-' : formatQuantity(resource, nanos))
    // ASCII only: any other character doubles the memory of a page of Recommendations, see docs/decisions/0011.
    summary[resource] = now === then ? text(then) : `${text(now)} -> ${text(then)}`
  }
  const confidence = lowestConfidence(next)
  if (confidence !== undefined) summary.confidence = confidence.toFixed(2)
  // Fields in the order of the schema, because stored summaries are compared as text.
  return { ...summary, ...worst }
}

/** States of an SLO, the worst first. */
const WORST: readonly SloCondition[] = [
  ...(['BurningFast', 'Burning', 'Invalid', 'NoSeries', 'Stale', 'Unreachable', 'Met', 'NoRequests'] as const),
]

function worstOf(slos: RecommendationStatus['slos']): SloCondition | undefined {
  return WORST.find((condition) => slos?.some(({ state }) => state === condition))
}

/** Lowest confidence of all resources of all containers, 0..1; undefined if none is known. */
export function lowestConfidence(values: Values): number | undefined {
  const confidences = [...values.values()].flatMap((container) =>
    RESOURCES.flatMap((resource) => container[resource]?.confidence ?? []),
  )
  return confidences.length > 0 ? Math.min(...confidences) : undefined
}

function sum(values: readonly (Nanos | undefined)[]): Nanos | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length === 0 ? undefined : known.reduce((a, b) => a + b)
}
