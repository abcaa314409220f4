import { knownReasons, type PodSlot, type Policy, type ReasonCode, type SinceRecord } from '../policy/index.ts'
import {
  type Allotment,
  type ContainerResources,
  type QosClass,
  RESOURCES,
  type ResourceName,
  readable,
} from '../resources/index.ts'
import type { PodLimits } from './admission-constraints.ts'
import { readAuthorsBounds } from './authors-bounds.ts'
import type { Draft } from './draft.ts'
import { max } from './extremes.ts'
import { leastRequest } from './program-needs.ts'
import { rangesOf } from './range.ts'
import { readRuntime } from './runtime.ts'
import { size, type Target } from './size.ts'
import type { StartupRoom } from './startup.ts'

/** Applied values of one workload, by container name and then by resource. */
export interface AppliedValues {
  readonly revision: number
  readonly containers: ReadonlyMap<string, Readonly<Partial<Record<ResourceName, Target>>>>
  /** Reason codes for resources that keep what their author wrote, by container name and then by resource. */
  readonly held?: ReadonlyMap<string, Readonly<Partial<Record<ResourceName, string | undefined>>>>
  /** How much more CPU the Pod may get while it starts; undefined if there is no room, or nobody would remove the boost. */
  readonly startup?: StartupRoom | undefined
}

export interface DraftContext {
  readonly slots: readonly PodSlot[]
  readonly applied: AppliedValues
  readonly policy: Policy
  readonly annotations: Readonly<Record<string, string>>
  readonly limits: PodLimits | undefined
  /** What happened to each container since an earlier decision, in the order of the slots. */
  readonly since: readonly Readonly<Record<ResourceName, SinceRecord>>[]
}

const IGNORE_ANNOTATION = 'plimsoll.dev/ignore-containers'

/** Drafts the values of each container separately, without the limits on the Pod as a whole. */
export function draftContainers(
  authors: readonly ContainerResources[],
  qos: QosClass,
  { slots, applied, policy, annotations, limits, since }: DraftContext,
): Draft[][] {
  const ignored = ignoredContainers(annotations[IGNORE_ANNOTATION])
  return slots.map(({ name, container }, i) => {
    const targets = applied.containers.get(name)
    const needs = targets && readRuntime(container)
    return RESOURCES.map((resource): Draft => {
      const author = authors[i]![resource]
      if (since[i]![resource].isChanged) return untouched(resource, author, 'ChangedAfterPlimsoll')
      if (ignored.has(name)) return untouched(resource, author, 'ContainerIgnored')
      const target = targets?.[resource]
      const [held] = author === 'invalid' ? [] : knownReasons([applied.held?.get(name)?.[resource]])
      if (held) return untouched(resource, author, held)
      if (author === 'invalid') return untouched(resource, author, 'AuthorValueInvalid')
      if (!target) return untouched(resource, author, 'NotInAppliedRevision')
      if (!needs) return untouched(resource, author, 'ProgramUnreadable')
      const wanted = readAuthorsBounds(annotations, resource, name)
      const limitRange = limits?.limits.container[resource]
      const ranges = rangesOf(author, { bounds: policy.bounds[resource], limitRange, wanted })
      const sized = size(resource, author, target, {
        ranges,
        limit: policy.limits[resource],
        guaranteed: qos === 'Guaranteed',
        runtime: needs[resource],
        maxRatio: limitRange?.maxRatio,
      })
      const before = sized.values ? knownReasons(target.reasons) : []
      const unreadable = wanted.isUnreadable ? (['AuthorsBoundUnreadable'] as const) : []
      const reasons = [...before, ...sized.reasons, ...unreadable]
      const least = max(ranges.request.min.value, leastRequest(author, needs[resource]))
      const followsLimit = needs[resource].follows === 'limit'
      return { resource, author, values: sized.values, reasons, least, followsLimit }
    })
  })
}

function untouched(resource: ResourceName, author: Allotment | 'invalid', because: ReasonCode): Draft {
  return { resource, author: readable(author), reasons: [because], least: 0n }
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
