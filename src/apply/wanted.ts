import type { ApiPod } from '../fleet/index.ts'
import {
  DECISION_ANNOTATION,
  limitBounds,
  type PodSlot,
  type Policy,
  parseRecord,
  type ReasonCode,
} from '../policy/index.ts'
import { type Allotment, type Nanos, qosClass, RESOURCES, type ResourceName, readable } from '../resources/index.ts'
import {
  type AdmissionConstraints,
  authorsResources,
  constraintsOnRunning,
  decidePod,
  setHeaps,
} from '../sizing/index.ts'
import type { Workload } from '../workloads/index.ts'
import { FIELDS, type PodValues } from './pod-values.ts'
import type { Target } from './target.ts'

export interface WantedInput {
  readonly pod: ApiPod
  readonly workload: Workload
  readonly slots: readonly PodSlot[]
  readonly target: Target
  /** Whether the Pod is rolled back to an earlier revision. */
  readonly isBack: boolean
  /** Whether the Pod was rolled back to this revision before, and kept more of a resource. */
  readonly wasKept: (container: string, resource: ResourceName) => boolean
  /** Whether values may be lowered; undefined means true. */
  readonly mayLower?: boolean | undefined
  readonly policy: Policy
  readonly constraints: AdmissionConstraints
  /** Highest memory usage of a container within the last 24 hours, including the last ten minutes, in nano-bytes; undefined if unknown. */
  readonly peakMemory: (container: string) => Nanos | undefined
}

/** Target values of a running Pod, as far as a resize can give them. */
export interface Wanted {
  readonly authors: PodValues
  readonly values: PodValues
  /** Reason codes by `container.resource`. */
  readonly reasons: Readonly<Record<string, readonly string[]>>
}

/** A memory limit must be at least this percentage of the recent peak. */
const MEMORY_MARGIN_PERCENT = 110n

/**
 * Target values of a running Pod: what the webhook would decide, without changes that a resize cannot or must not make. A resize
 * removes nothing, does not change init containers, because they have already run, keeps the QoS class, and does not lower a memory
 * limit to recent usage.
 *
 * @returns the reason to leave the Pod alone, if there is one
 */
export function wantedOf(input: WantedInput): Wanted | ReasonCode {
  const { slots, target } = input
  const carried = slots.map((slot) => slot.carried)
  const qos = qosClass(carried)
  // KEP-1287: a resize never changes the QoS class, so a BestEffort Pod cannot get anything.
  if (qos === 'BestEffort') return 'BestEffortRuns'
  // Variables cannot be added to a running Pod.
  const policy = { ...input.policy, heaps: undefined }
  const decided = target.of === 'author' ? authorsOf(input) : decide({ ...input, policy }, target)
  if (typeof decided === 'string') return decided
  const reasons: Record<string, readonly string[]> = { ...decided.reasons }
  const heaps = setHeaps(slots, parseRecord(input.pod.metadata?.annotations?.[DECISION_ANNOTATION]))
  const values = slots.map((slot, i) => {
    const of = (resource: ResourceName): Allotment | 'invalid' => {
      const [is, want] = [slot.carried[resource], decided.values[i]![resource]]
      if (is === 'invalid' || want === 'invalid' || slot.kind === 'init') return is
      const { value, reason } = possible(input, slot.name, resource, is, want, heaps.has(slot.name))
      const key = `${slot.name}.${resource}`
      if (reason && !reasons[key]?.includes(reason)) reasons[key] = [...(reasons[key] ?? []), reason]
      return qos === 'Guaranteed' && value.request !== value.limit ? is : value
    }
    return { cpu: of('cpu'), memory: of('memory') }
  })
  if (qosClass(values) !== qos) return 'QosClassKept'
  return { authors: decided.authors, values, reasons }
}

/** What the webhook would give the Pod. @returns the reason why it gives nothing, if it does */
export function decide(
  {
    pod,
    workload,
    slots,
    policy,
    constraints,
  }: Pick<WantedInput, 'pod' | 'workload' | 'slots' | 'policy' | 'constraints'>,
  { values }: Extract<Target, { of: 'revision' }>,
): Wanted | ReasonCode {
  const decision = decidePod({
    ...{ pod, workload, policy, applied: () => values },
    constraints: constraintsOnRunning(constraints, pod),
  })
  if (decision.containers.length === 0) return decision.reasons[0]!
  const byName = new Map(decision.containers.map((container) => [container.name, container.resources]))
  const recorded = authorsResources(pod)
  const pick = (slot: PodSlot, resource: ResourceName, end: 'author' | 'final') => {
    const one = byName.get(slot.name)?.find((one) => one.resource === resource)
    // If somebody changed another value of the resource, Plimsoll's value stays recorded.
    if (end === 'author' && one?.recorded)
      return readable(recorded.get(slot.name)?.[resource] ?? slot.carried[resource])
    return one?.[end] ?? readable(slot.carried[resource])
  }
  const of = (end: 'author' | 'final') =>
    slots.map((slot) => ({ cpu: pick(slot, 'cpu', end), memory: pick(slot, 'memory', end) }))
  // A resize cannot set the `resizePolicy`.
  const hasPolicy = (name: string) => slots.some((slot) => slot.name === name && slot.container.resizePolicy)
  const reasons = decision.containers.flatMap(({ name, resources }) =>
    resources.flatMap((one) => {
      const reasons = one.reasons.filter((code) => code !== 'RestartsForHeap' || hasPolicy(name))
      return reasons.length > 0 ? [[`${name}.${one.resource}`, reasons] as const] : []
    }),
  )
  return { authors: of('author'), values: of('final'), reasons: Object.fromEntries(reasons) }
}

/** The author's values. Anybody can write a record, so a value beyond the bounds counts only if the Pod already has it. */
function authorsOf({ pod, slots, policy }: WantedInput): Wanted {
  const recorded = authorsResources(pod)
  const authors = slots.map(({ name, carried }) => recorded.get(name) ?? carried)
  const values = slots.map(({ carried }, i) => {
    const of = (resource: ResourceName): Allotment | 'invalid' => {
      const [is, was] = [carried[resource], authors[i]![resource]]
      if (is === 'invalid' || was === 'invalid') return is
      const bounds = policy.bounds[resource]
      const within = (value: Nanos | undefined, max: Nanos, now: Nanos | undefined) =>
        value === undefined || value <= max || (now !== undefined && value <= now) ? value : now
      return {
        request: within(was.request, bounds.max, is.request),
        limit: within(was.limit, limitBounds(bounds).max, is.limit),
      }
    }
    return { cpu: of('cpu'), memory: of('memory') }
  })
  return { authors, values, reasons: {} }
}

function possible(
  { isBack, wasKept, mayLower = true, peakMemory }: WantedInput,
  container: string,
  resource: ResourceName,
  is: Allotment,
  want: Allotment,
  hasSetHeap: boolean,
): { readonly value: Allotment; readonly reason?: ReasonCode } {
  const keepsWhenBack = isBack || wasKept(container, resource)
  const keeps = keepsWhenBack || !mayLower
  const pick = (field: (typeof FIELDS)[number]) => {
    const [now, next] = [is[field], want[field] ?? is[field]]
    return keeps && now !== undefined && next !== undefined && next < now ? now : next
  }
  const value = { request: pick('request'), limit: pick('limit') }
  if (value.limit !== undefined && value.request !== undefined && value.request > value.limit) return { value: is }
  const isKept = keeps && FIELDS.some((field) => want[field] !== undefined && want[field] !== value[field])
  if (isKept) return { value, reason: keepsWhenBack ? 'KeptWhenBack' : 'WaitsForSlo' }
  if (resource !== 'memory' || is.limit === undefined || value.limit === undefined || value.limit >= is.limit)
    return { value }
  // The program sized its heap by this limit when it started.
  if (hasSetHeap) return { value: { request: value.request, limit: is.limit }, reason: 'HeldForHeap' }
  const peak = peakMemory(container)
  if (peak !== undefined && value.limit >= (peak * MEMORY_MARGIN_PERCENT) / 100n) return { value }
  return {
    value: { request: value.request, limit: is.limit },
    reason: peak === undefined ? 'UsageNotKnown' : 'MemoryInUse',
  }
}

/** Containers whose values change, with the changes. */
export function changesOf(slots: readonly PodSlot[], values: PodValues) {
  return slots.flatMap((slot, i) =>
    RESOURCES.flatMap((resource) => {
      const [from, to] = [slot.carried[resource], values[i]![resource]]
      if (from === 'invalid' || to === 'invalid') return []
      return FIELDS.some((field) => from[field] !== to[field]) ? [{ slot, resource, from, to }] : []
    }),
  )
}
export type Change = ReturnType<typeof changesOf>[number]
