import { MAX_CONTAINERS } from '../api/index.ts'
import {
  countContainers,
  DECISION_ANNOTATION,
  type DecisionRecord,
  hasUnreadableGoal,
  isOptedOut,
  limitBounds,
  MIRROR_ANNOTATION,
  type Pod,
  type PodSlot,
  type Policy,
  parseRecord,
  type ReasonCode,
  readContainers,
  readOverhead,
  recordedAuthor,
  recordedResources,
  type SinceRecord,
  sinceRecord,
  withoutBoost,
} from '../policy/index.ts'
import {
  type Allotment,
  type ContainerResources,
  qosClass,
  RESOURCES,
  type ResourceName,
  readable,
} from '../resources/index.ts'
import {
  type AdmissionConstraints,
  fitPod,
  hasRules,
  isAdmissible,
  NO_CONSTRAINTS,
  type PodLimits,
  roomFor,
} from './admission-constraints.ts'
import { boostStartup } from './boost.ts'
import { conclude } from './conclude.ts'
import { type ContainerDecision, type Decision, skipped } from './decision.ts'
import { type Drafts, revertToAuthor, valuesOf } from './draft.ts'
import { type AppliedValues, type DraftContext, draftContainers } from './draft-containers.ts'
import { concludeHeap, type HeapPlan, planHeap } from './heap-consent.ts'
import { heapRestart, mayRestartForHeap, withHeapRestart } from './heap-restart.ts'
import { keepQosClass } from './qos.ts'
import { changesQuotaScope, mayCount, type Quota } from './quota.ts'

/** Reason to leave a Pod unchanged that does not depend on its recommendation; undefined if there is none. */
export function reasonToSkip(pod: Pod): ReasonCode | undefined {
  if (isOptedOut(pod.metadata?.labels)) return 'OptedOut'
  if (pod.metadata?.annotations?.[MIRROR_ANNOTATION] !== undefined) return 'MirrorPod'
  if (pod.spec?.resources) return 'PodLevelResources'
  if (countContainers(pod) > MAX_CONTAINERS) return 'TooManyContainers'
  return undefined
}

/**
 * Decides which requests and limits each container of the Pod gets. Pure: the same Pod, values, policy and constraints give the
 * same decision, and a second decision on the resulting Pod changes nothing.
 */
export function decide(
  pod: Pod,
  applied: AppliedValues,
  policy: Policy,
  constraints: AdmissionConstraints = NO_CONSTRAINTS,
): Decision {
  const skip = reasonToSkip(pod)
  if (skip) return skipped(skip)
  const decision = decideReadable(pod, applied, policy, constraints)
  // The goal matters for learning, not for the webhook, but only the webhook can report the error to the author.
  if (!hasUnreadableGoal(pod.metadata?.annotations ?? {})) return decision
  return { ...decision, reasons: [...decision.reasons, 'GoalUnreadable'] }
}

/** @param refused containers whose heap is not set although a SizingPolicy consents, because their memory does not allow it */
function decideReadable(
  pod: Pod,
  applied: AppliedValues,
  policy: Policy,
  constraints: AdmissionConstraints,
  refused: ReadonlySet<string> = NOBODY,
): Decision {
  const written = readContainers(pod)
  const annotations = pod.metadata?.annotations ?? {}
  const earlier = parseRecord(annotations[DECISION_ANNOTATION])
  const steady = withoutBoost(written, earlier)
  const since = compareWith(steady, earlier)
  const heaps = steady.map((slot, i) => planHeap(slot, since[i]!.memory.author, earlier, policy.heaps, refused))
  const slots = steady.map((slot, i): PodSlot => ({ ...slot, container: heaps[i]!.container }))
  const authors = authorsOf(slots, since)
  const quotas = constraints.quotas.filter((quota) => mayCount(quota, pod))
  if (qosClass(authors) === 'BestEffort') {
    if (!policy.sizeBestEffort) return skipped('QosClassKept')
    if (changesQuotaScope(quotas)) return skipped('HeldByQuotaScope')
  }

  const context = {
    ...{ slots, heaps, applied, policy, annotations, since, earlier },
    mayRestart: mayRestartForHeap(pod, policy),
    limits: podLimits(pod, quotas, constraints),
  }
  const finish = (containers: readonly ContainerDecision[]) => {
    // Its values were chosen for a heap that it does not get: they are chosen again. The second time, no heap is set at all.
    const without = containers.filter(({ heap }, i) => heaps[i]!.consent && !heap).map(({ name }) => name)
    if (without.length > 0) {
      const next = refused.size === 0 ? without : [...(policy.heaps?.keys() ?? [])]
      return decideReadable(pod, applied, policy, constraints, new Set(next))
    }
    return conclude(boostStartup(containers, { ...context, pod, written }), applied.revision, annotations, earlier)
  }
  const fromAuthors = decideContainers(authors, context)
  const isUnfit = (container: ContainerDecision) => removes(container) || leavesBounds(container, policy)
  if (fromAuthors && !fromAuthors.some(isUnfit)) return finish(fromAuthors)
  // What an earlier decision added cannot be taken away again, what its author wrote may not pass any more, and anybody can write a
  // record: then what the Pod carries counts as the author's.
  const carried = slots.map((slot) => slot.carried)
  const fromCarried = decideContainers(carried, context)
  return fromCarried ? finish(fromCarried) : skipped('LimitRangeConflict')
}

/** @returns undefined if there are no limits on the Pod as a whole */
function podLimits(pod: Pod, quotas: readonly Quota[], constraints: AdmissionConstraints): PodLimits | undefined {
  // Stryker disable next-line ConditionalExpression: only saves time: no rules hold nothing back
  if (quotas.length === 0 && !hasRules(constraints.limits)) return undefined
  return {
    limits: constraints.limits,
    overhead: readOverhead(pod),
    room: roomFor(quotas, constraints.concurrentPods),
  }
}

const NOBODY: ReadonlySet<string> = new Set()

interface DecideContext extends DraftContext {
  /** The record of an earlier decision; undefined if there is none. */
  readonly earlier: DecisionRecord | undefined
  /** What is to become of the heap of each container, in the order of the slots. */
  readonly heaps: readonly HeapPlan[]
  /** Whether containers whose heap follows their limit may be told to restart when it is resized. */
  readonly mayRestart: boolean
}

type Since = Readonly<Record<ResourceName, SinceRecord>>

/** Compares each resource with the record of an earlier decision. */
function compareWith(slots: readonly PodSlot[], earlier: DecisionRecord | undefined): Since[] {
  const since = slots.map(({ name, carried }): Since => {
    const of = (resource: ResourceName) => sinceRecord(carried[resource], earlier, name, resource)
    return { cpu: of('cpu'), memory: of('memory') }
  })
  if (!earlier || qosClass(authorsIn(since)) === 'Guaranteed') return since
  // Plimsoll never makes a Pod Guaranteed: somebody has decided so, by whatever values.
  if (qosClass(slots.map(({ carried }) => carried)) !== 'Guaranteed') return since
  return slots.map(({ carried }, i): Since => {
    const of = (resource: ResourceName): SinceRecord => {
      const state = since[i]![resource]
      return state.isChanged ? state : { author: carried[resource], isChanged: true, ours: state.ours }
    }
    return { cpu: of('cpu'), memory: of('memory') }
  })
}

function authorsIn(since: readonly Since[]): ContainerResources[] {
  return since.map(({ cpu, memory }) => ({ cpu: cpu.author, memory: memory.author }))
}

/**
 * Resources that the authors of the containers wrote, without the changes of an earlier decision. A value that somebody changed
 * since then counts as the author's, but together with restored values it must not create a QoS class that nobody chose.
 */
function authorsOf(slots: readonly PodSlot[], since: readonly Since[]): ContainerResources[] {
  const authors = authorsIn(since)
  const isMixed = since.some(({ cpu, memory }) => cpu.isChanged || memory.isChanged)
  if (!isMixed || qosClass(authors) !== 'Guaranteed') return authors
  const carried = slots.map((slot) => slot.carried)
  return qosClass(carried) === 'Guaranteed' ? authors : carried
}

/**
 * Resources that the author of a running Pod wrote, by container name. If Plimsoll or a person has resized the Pod since, the
 * record still contains them.
 */
export function authorsResources(pod: Pod): ReadonlyMap<string, ContainerResources> {
  const record = parseRecord(pod.metadata?.annotations?.[DECISION_ANNOTATION])
  return new Map(
    withoutBoost(readContainers(pod), record).map(({ name, carried }) => {
      const recorded = recordedResources(record, name)
      const of = (resource: ResourceName) => recordedAuthor(carried[resource], recorded[resource])
      return [name, { cpu: of('cpu'), memory: of('memory') }]
    }),
  )
}

/** @returns undefined if no decision that starts from these values is admissible */
function decideContainers(
  authors: readonly ContainerResources[],
  context: DecideContext,
): ContainerDecision[] | undefined {
  const { slots, limits } = context
  const qos = qosClass(authors)
  const drafts = draftContainers(authors, qos, context)
  if (!limits) return decided(context, keepQosClass(qos, drafts))
  const fitted = keepQosClass(qos, fitPod(drafts, slots, limits))
  if (isAdmissible(fitted, slots, limits)) return decided(context, fitted)
  // What keeps the QoS class may cost a grain that was needed. Then one resource may still go without the other.
  const because = hasRules(limits.limits) ? 'HeldByPodLimitRange' : 'HeldByQuota'
  for (const attempt of [['cpu'], ['memory'], RESOURCES] as const) {
    const reverted = keepQosClass(qos, revertToAuthor(fitted, attempt, because))
    if (isAdmissible(reverted, slots, limits)) return decided(context, reverted)
  }
  return undefined
}

function decided({ slots, since, heaps, earlier, mayRestart }: DecideContext, drafts: Drafts): ContainerDecision[] {
  return drafts.map((resources, i) => {
    const slot = slots[i]!
    const { kind, list, index, name, carried } = slot
    const memory = resources.find(({ resource }) => resource === 'memory')
    const restart = mayRestart && memory ? heapRestart(memory, slot, earlier) : undefined
    const decisions = resources.map((one) => {
      const draft = restart && one === memory ? withHeapRestart(one) : one
      const { resource, author, reasons } = draft
      const state = since[i]![resource]
      return {
        ...{ resource, author, carried: readable(carried[resource]), final: valuesOf(draft), reasons },
        ...(state.isChanged && { recorded: state.ours }),
      }
    })
    const heap = concludeHeap(name, heaps[i]!, decisions.find(({ resource }) => resource === 'memory')!)
    return {
      ...{ kind, list, index, name },
      resources: decisions.map((one) =>
        one.resource === 'memory' && heap.reasons.length > 0
          ? { ...one, reasons: [...one.reasons, ...heap.reasons] }
          : one,
      ),
      ...(restart === 'set' && { setsResizePolicy: true }),
      ...(heap.variable && { heap: heap.variable }),
    }
  })
}

/** Whether the decision gives a container a value outside of the bounds that it does not carry: only a record can contain such a value. */
function leavesBounds({ resources }: ContainerDecision, { bounds }: Policy): boolean {
  return resources.some(({ resource, carried, final }) => {
    const isOutside = (field: keyof Allotment, { min, max }: { readonly min: bigint; readonly max: bigint }) => {
      const value = final[field]
      return value !== undefined && value !== carried[field] && (value < min || value > max)
    }
    return isOutside('request', bounds[resource]) || isOutside('limit', limitBounds(bounds[resource]))
  })
}

function removes({ resources }: ContainerDecision): boolean {
  return resources.some(
    ({ carried, final }) =>
      (carried.request !== undefined && final.request === undefined) ||
      (carried.limit !== undefined && final.limit === undefined),
  )
}
