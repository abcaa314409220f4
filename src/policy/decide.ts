import { type Allotment, type ContainerResources, qosClass, RESOURCES, type ResourceName } from '../resources/index.ts'
import { type Pod, type PodSlot, readContainers } from './pod.ts'
import type { Policy } from './policy.ts'
import { type Draft, keepQosClass } from './qos.ts'
import type { ReasonCode } from './reasons.ts'
import {
  authorsValues,
  DECISION_ANNOTATION,
  type DecisionRecord,
  parseRecord,
  type RecordedContainer,
  recordChange,
  recordedResources,
} from './record.ts'
import { size, type Target } from './size.ts'

/** What is applied to one workload: by container name, then by resource. */
export interface AppliedValues {
  readonly revision: number
  readonly containers: ReadonlyMap<string, Readonly<Partial<Record<ResourceName, Target>>>>
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
 * Decides what each container of the Pod shall ask for. Pure: the same Pod, values and policy give the same decision,
 * and deciding again on the Pod that comes out changes nothing.
 */
export function decide(pod: Pod, applied: AppliedValues, policy: Policy): Decision {
  const skip = reasonToSkip(pod)
  if (skip) return skipped(skip)

  const slots = readContainers(pod)
  const annotations = pod.metadata?.annotations ?? {}
  const authors = authorsOf(slots, annotations[DECISION_ANNOTATION])
  if (qosClass(authors) === 'BestEffort' && !policy.sizeBestEffort) return skipped('QosClassKept')

  const ignored = new Set(
    String(annotations[IGNORE_ANNOTATION] ?? '')
      .split(',')
      .map((name) => name.trim()),
  )
  const fromAuthors = decideContainers(slots, authors, ignored, applied, policy)
  // What an earlier decision added cannot be taken away again: then what the Pod carries counts as the author's.
  const containers = fromAuthors.some(removes)
    ? decideContainers(
        slots,
        slots.map(({ carried }) => carried),
        ignored,
        applied,
        policy,
      )
    : fromAuthors
  return conclude(containers, applied.revision, annotations)
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

function decideContainers(
  slots: readonly PodSlot[],
  authors: readonly ContainerResources[],
  ignored: ReadonlySet<string>,
  applied: AppliedValues,
  policy: Policy,
): ContainerDecision[] {
  const qos = qosClass(authors)
  const drafts = slots.map(({ name }, i) =>
    RESOURCES.map((resource): Draft => {
      const author = authors[i]![resource]
      if (ignored.has(name)) return { resource, author: readable(author), reasons: ['ContainerIgnored'] }
      const rules = {
        bounds: policy.bounds[resource],
        limit: policy.limits[resource],
        guaranteed: qos === 'Guaranteed',
      }
      const sized = size(resource, author, applied.containers.get(name)?.[resource], rules)
      return { resource, author: readable(author), ...sized }
    }),
  )
  return keepQosClass(qos, drafts, policy).map((resources, i) => {
    const { kind, list, index, name, carried } = slots[i]!
    const decided = resources.map(({ resource, author, values, reasons }) => {
      return { resource, author, carried: readable(carried[resource]), final: values ?? author, reasons }
    })
    return { kind, list, index, name, resources: decided }
  })
}

function readable(values: Allotment | 'invalid'): Allotment {
  return values === 'invalid' ? {} : values
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
  const record = recordOf(containers, revision)
  if (Object.keys(record.containers).length === 0 && annotations[DECISION_ANNOTATION] === undefined) {
    return { outcome: 'skipped', reasons: ['NothingToChange'], containers }
  }
  const annotation = JSON.stringify(record)
  const moves = containers.some(({ resources }) =>
    resources.some(({ carried, final }) => carried.request !== final.request || carried.limit !== final.limit),
  )
  if (!moves && annotations[DECISION_ANNOTATION] === annotation) {
    return { outcome: 'skipped', reasons: ['AlreadyApplied'], containers }
  }
  if (annotationBytes({ ...annotations, [DECISION_ANNOTATION]: annotation }) > MAX_ANNOTATION_BYTES) {
    return { outcome: 'skipped', reasons: ['AnnotationsFull'], containers }
  }
  return { outcome: 'patched', reasons: ['Applied'], containers, record }
}

function recordOf(containers: readonly ContainerDecision[], revision: number): DecisionRecord {
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
