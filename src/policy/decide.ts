import {
  type Allotment,
  type ContainerResources,
  type QosClass,
  qosClass,
  RESOURCES,
  type ResourceName,
  readable,
} from '../resources/index.ts'
import { readMinimum } from './minimum.ts'
import { type Pod, type PodSlot, readContainers, readOverhead } from './pod.ts'
import type { Policy } from './policy.ts'
import { type Draft, keepQosClass } from './qos.ts'
import { mayCount, minds, type Quota } from './quota.ts'
import { rangesOf } from './range.ts'
import { knownReasons, type ReasonCode } from './reasons.ts'
import {
  authorsValues,
  DECISION_ANNOTATION,
  type DecisionRecord,
  parseRecord,
  type RecordedContainer,
  recordChange,
  recordedResources,
} from './record.ts'
import { readRuntime } from './runtime.ts'
import { leastRequest, size, type Target } from './size.ts'
import {
  chargesOfCarried,
  type Drafts,
  fitPod,
  hasRules,
  isAdmissible,
  isOpen,
  NO_SURROUNDINGS,
  type PodLimits,
  roomFor,
  type Surroundings,
} from './surroundings.ts'

/** What is applied to one workload: by container name, then by resource. */
export interface AppliedValues {
  readonly revision: number
  readonly containers: ReadonlyMap<string, Readonly<Partial<Record<ResourceName, Target>>>>
  /** Codes of why a resource is to stay as its author wrote it. */
  readonly held?: ReadonlyMap<string, Readonly<Partial<Record<ResourceName, string | undefined>>>>
}

export interface ResourceDecision {
  readonly resource: ResourceName
  /** What the Pod carries now, the author's values behind it, and what it shall carry. */
  readonly carried: Allotment
  readonly author: Allotment
  readonly final: Allotment
  readonly reasons: readonly ReasonCode[]
}

export interface ContainerDecision extends Pick<PodSlot, 'kind' | 'list' | 'index' | 'name'> {
  readonly resources: readonly ResourceDecision[]
}

/** What the webhook does with one Pod, and why. */
export interface Decision {
  readonly outcome: 'patched' | 'skipped'
  /** Codes for the Pod as a whole. */
  readonly reasons: readonly ReasonCode[]
  readonly containers: readonly ContainerDecision[]
  /** What is to stand in the Pod's `plimsoll.dev/decision`; only on a patched one. */
  readonly record?: DecisionRecord
}

const INJECT_LABEL = 'plimsoll.dev/inject'
const IGNORE_ANNOTATION = 'plimsoll.dev/ignore-containers'
const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror'
/** `ValidateAnnotationsSize` in apimachinery: keys and values together. */
const MAX_ANNOTATION_BYTES = 256 * 1024

/** A Pod that is left alone for one reason. */
export function skipped(...reasons: [ReasonCode, ...ReasonCode[]]): Decision {
  return { outcome: 'skipped', reasons, containers: [] }
}

/** Reasons to leave a Pod alone that do not depend on what is recommended. */
export function reasonToSkip(pod: Pod): ReasonCode | undefined {
  if (pod.metadata?.labels?.[INJECT_LABEL] === 'false') return 'OptedOut'
  if (pod.metadata?.annotations?.[MIRROR_ANNOTATION] !== undefined) return 'MirrorPod'
  if (pod.spec?.resources) return 'PodLevelResources'
  return undefined
}

/**
 * Decides what each container of the Pod shall ask for. Pure: the same Pod, values, policy and surroundings give the same
 * decision, and deciding again on the Pod that comes out changes nothing.
 */
export function decide(
  pod: Pod,
  applied: AppliedValues,
  policy: Policy,
  surroundings: Surroundings = NO_SURROUNDINGS,
): Decision {
  const skip = reasonToSkip(pod)
  if (skip) return skipped(skip)

  const slots = readContainers(pod)
  const annotations = pod.metadata?.annotations ?? {}
  const authors = authorsOf(slots, annotations[DECISION_ANNOTATION])
  const quotas = surroundings.quotas.filter((quota) => mayCount(quota, pod))
  if (qosClass(authors) === 'BestEffort') {
    if (!policy.sizeBestEffort) return skipped('QosClassKept')
    if (minds(quotas)) return skipped('HeldByQuotaScope')
  }

  const context = { slots, applied, policy, annotations, limits: podLimits(pod, slots, authors, quotas, surroundings) }
  const fromAuthors = decideContainers(authors, context)
  if (fromAuthors && !fromAuthors.some(removes)) return conclude(fromAuthors, applied.revision, annotations)
  // What an earlier decision added cannot be taken away again, and what its author wrote may not pass any more: then what
  // the Pod carries counts as the author's.
  const carried = slots.map((slot) => slot.carried)
  const fromCarried = decideContainers(carried, context)
  return fromCarried ? conclude(fromCarried, applied.revision, annotations) : skipped('LimitRangeConflict')
}

/** @returns undefined where the Pod is held to nothing as a whole */
function podLimits(
  pod: Pod,
  slots: readonly PodSlot[],
  authors: readonly ContainerResources[],
  quotas: readonly Quota[],
  surroundings: Surroundings,
): PodLimits | undefined {
  if (isOpen({ limits: surroundings.limits, quotas })) return undefined
  const overhead = readOverhead(pod)
  // One that comes back from this webhook is in flight itself.
  const isBack = slots.some(({ carried }, i) =>
    RESOURCES.some((resource) => carried[resource] !== authors[i]![resource]),
  )
  const own = isBack ? chargesOfCarried(slots, overhead) : {}
  const { limits, inFlight } = surroundings
  return { limits, overhead, room: roomFor({ quotas, inFlight }, own) }
}

/** What the authors of the containers wrote, behind what an earlier decision made of it. */
function authorsOf(slots: readonly PodSlot[], decision: unknown): ContainerResources[] {
  const earlier = parseRecord(decision)
  return slots.map(({ name, carried }) => {
    const recorded = recordedResources(earlier, name)
    return { cpu: authorsValues(carried.cpu, recorded.cpu), memory: authorsValues(carried.memory, recorded.memory) }
  })
}

/** What the author of a Pod wrote, by container name. */
export function authorsResources(pod: Pod): ReadonlyMap<string, ContainerResources> {
  const slots = readContainers(pod)
  const authors = authorsOf(slots, pod.metadata?.annotations?.[DECISION_ANNOTATION])
  return new Map(slots.map(({ name }, i) => [name, authors[i]!]))
}

interface Context {
  readonly slots: readonly PodSlot[]
  readonly applied: AppliedValues
  readonly policy: Policy
  readonly annotations: Readonly<Record<string, string>>
  readonly limits: PodLimits | undefined
}

/** @returns undefined when nothing that starts from these values would pass */
function decideContainers(authors: readonly ContainerResources[], context: Context): ContainerDecision[] | undefined {
  const { slots, limits } = context
  const qos = qosClass(authors)
  const drafts = draftContainers(authors, qos, context)
  if (!limits) return decided(slots, keepQosClass(qos, drafts))
  const fitted = keepQosClass(qos, fitPod(drafts, slots, limits))
  if (isAdmissible(fitted, slots, limits)) return decided(slots, fitted)
  // What keeps the QoS class may cost a grain that was needed. Then one resource may still go without the other.
  const because = hasRules(limits.limits) ? 'HeldByPodLimitRange' : 'HeldByQuota'
  for (const attempt of [['cpu'], ['memory'], RESOURCES] as const) {
    const reverted = keepQosClass(qos, leaveAlone(fitted, attempt, because))
    if (isAdmissible(reverted, slots, limits)) return decided(slots, reverted)
  }
  return undefined
}

function draftContainers(authors: readonly ContainerResources[], qos: QosClass, context: Context): Draft[][] {
  const { slots, applied, policy, annotations, limits } = context
  const ignored = ignoredContainers(annotations[IGNORE_ANNOTATION])
  return slots.map(({ name, container }, i) => {
    const targets = applied.containers.get(name)
    const needs = targets && readRuntime(container)
    return RESOURCES.map((resource): Draft => {
      const author = authors[i]![resource]
      if (ignored.has(name)) return untouched(resource, author, 'ContainerIgnored')
      const target = targets?.[resource]
      const [held] = author === 'invalid' ? [] : knownReasons([applied.held?.get(name)?.[resource]])
      if (held) return untouched(resource, author, held)
      if (!target || !needs || author === 'invalid') {
        return untouched(resource, author, author === 'invalid' ? 'AuthorValueInvalid' : 'ContainerNotLearned')
      }
      const minimum = readMinimum(annotations, resource, name)
      const limitRange = limits?.limits.container[resource]
      const ranges = rangesOf(author, { bounds: policy.bounds[resource], limitRange, minimum: minimum.nanos })
      const sized = size(resource, author, target, {
        ranges,
        limit: policy.limits[resource],
        guaranteed: qos === 'Guaranteed',
        runtime: needs[resource],
        maxRatio: limitRange?.maxRatio,
      })
      const before = sized.values ? knownReasons(target.reasons) : []
      const unreadable = minimum.isUnreadable ? (['AuthorsMinimumUnreadable'] as const) : []
      const reasons = [...before, ...sized.reasons, ...unreadable]
      const [least, needed] = [ranges.request.min.value, leastRequest(author, needs[resource])]
      return { resource, author, values: sized.values, reasons, least: needed > least ? needed : least }
    })
  })
}

function untouched(resource: ResourceName, author: Allotment | 'invalid', because: ReasonCode): Draft {
  return { resource, author: readable(author), reasons: [because], least: 0n }
}

function leaveAlone(drafts: Drafts, resources: readonly ResourceName[], because: ReasonCode): Drafts {
  return drafts.map((container) =>
    container.map((draft) => {
      const isKept = draft.values === undefined || !resources.includes(draft.resource)
      return isKept ? draft : { ...draft, values: undefined, reasons: [because] }
    }),
  )
}

function ignoredContainers(annotation: unknown): ReadonlySet<string> {
  if (annotation === undefined) return NONE
  return new Set(
    String(annotation)
      .split(',')
      .map((name) => name.trim()),
  )
}

const NONE: ReadonlySet<string> = new Set()

function decided(slots: readonly PodSlot[], drafts: Drafts): ContainerDecision[] {
  return drafts.map((resources, i) => {
    const { kind, list, index, name, carried } = slots[i]!
    const decisions = resources.map(({ resource, author, values, reasons }) => {
      return { resource, author, carried: readable(carried[resource]), final: values ?? author, reasons }
    })
    return { kind, list, index, name, resources: decisions }
  })
}

function removes({ resources }: ContainerDecision): boolean {
  return resources.some(
    ({ carried, final }) =>
      (carried.request !== undefined && final.request === undefined) ||
      (carried.limit !== undefined && final.limit === undefined),
  )
}

function conclude(
  containers: readonly ContainerDecision[],
  revision: number,
  annotations: Readonly<Record<string, string>>,
): Decision {
  const record = decisionRecord(containers, revision)
  if (Object.keys(record.containers).length === 0 && annotations[DECISION_ANNOTATION] === undefined) {
    return { outcome: 'skipped', reasons: ['NothingToChange'], containers }
  }
  const annotation = JSON.stringify(record)
  const moves = containers.some(({ resources }) =>
    resources.some(({ carried, final }) => carried.request !== final.request || carried.limit !== final.limit),
  )
  // Reasons may differ when it comes back, as quotas fill up; what was decided does not.
  const earlier = parseRecord(annotations[DECISION_ANNOTATION])
  if (!moves && earlier && valuesOf(earlier) === valuesOf(record)) {
    return { outcome: 'skipped', reasons: ['AlreadyApplied'], containers }
  }
  if (annotationBytes({ ...annotations, [DECISION_ANNOTATION]: annotation }) > MAX_ANNOTATION_BYTES) {
    return { outcome: 'skipped', reasons: ['AnnotationsFull'], containers }
  }
  return { outcome: 'patched', reasons: ['Applied'], containers, record }
}

function valuesOf({ revision, containers }: DecisionRecord): string {
  return JSON.stringify([revision, containers])
}

/** What is written on the Pod: what each resource was and became, and why. */
export function decisionRecord(containers: readonly ContainerDecision[], revision: number): DecisionRecord {
  const changes: Record<string, RecordedContainer> = {}
  const reasons: Record<string, readonly ReasonCode[]> = {}
  for (const { name, resources } of containers) {
    const recorded: Partial<Record<ResourceName, NonNullable<ReturnType<typeof recordChange>>>> = {}
    for (const { resource, author, final, reasons: why } of resources) {
      const change = recordChange(resource, author, final)
      if (change) recorded[resource] = change
      if (why.length > 0) reasons[`${name}.${resource}`] = why
    }
    if (Object.keys(recorded).length > 0) changes[name] = recorded
  }
  return { revision, containers: changes, reasons }
}

function annotationBytes(annotations: Readonly<Record<string, string>>): number {
  let bytes = 0
  for (const [key, value] of Object.entries(annotations))
    bytes += Buffer.byteLength(key) + Buffer.byteLength(String(value))
  return bytes
}
