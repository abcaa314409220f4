import {
  APPLY_RUNNING_ANNOTATION,
  type BoostOf,
  boostedCpu,
  type Pod,
  type PodSlot,
  type ReasonCode,
  readBoostOf,
  readOverhead,
  restartsForResize,
  runningOf,
  togetherAtOnce,
} from '../policy/index.ts'
import {
  type Allotment,
  type ContainerResources,
  isSameAllotment,
  type Nanos,
  type QosClass,
  qosClass,
  readable,
  roundDownToGrain,
} from '../resources/index.ts'
import { fitPod, isAdmissible } from './admission-constraints.ts'
import { readAuthorsBounds } from './authors-bounds.ts'
import type { ContainerDecision, ResourceDecision } from './decision.ts'
import { type Draft, valuesOf } from './draft.ts'
import type { DraftContext } from './draft-containers.ts'
import { max, min } from './extremes.ts'
import { passes } from './limit-range.ts'
import { rangesOf } from './range.ts'
import { readRuntime } from './runtime.ts'

export interface BoostContext extends DraftContext {
  readonly pod: Pod
  /** Containers with the values that they have now, in the order of the decisions; `slots` has their steady values. */
  readonly written: readonly PodSlot[]
}

const CORE: Nanos = 1_000_000_000n

/** Reasons why a container gets no boost: Plimsoll may not change its CPU, or somebody else would change it back. */
const NOT_OURS: readonly ReasonCode[] = [
  'AuthorLimitZero',
  'AuthorValueInvalid',
  'ChangedAfterPlimsoll',
  'ContainerIgnored',
  'HeldForHpa',
  'HeldForVpa',
  'ScaleTargetChanged',
  'ScaleTargetOwned',
  'ScaleTargetReconciled',
  'ProgramUnreadable',
]

/**
 * Adds CPU while the Pod starts, if the policy asks for it and the learner can remove it afterwards. The boost stays within bounds,
 * LimitRanges, quotas and the largest node, and keeps the QoS class. A container that cannot get a boost starts with its steady values.
 */
export function boostStartup(
  decisions: readonly ContainerDecision[],
  context: BoostContext,
): readonly ContainerDecision[] {
  const boosts = fitted(boostsOf(decisions, context), decisions, context)
  return decisions.map((decision, i) => {
    const now = readable(context.written[i]!.carried.cpu)
    const resources = decision.resources.map((one): ResourceDecision => {
      if (one.resource !== 'cpu') return one
      const boost = boosts?.[i]
      const final = boost?.values ?? one.final
      if (isSameAllotment(now, one.carried) && isSameAllotment(final, one.final) && !boost?.reasons.length) return one
      return { ...one, reasons: [...one.reasons, ...(boost?.reasons ?? [])], startup: { carried: now, final } }
    })
    return { ...decision, resources }
  })
}

/** Boosted CPU of a container, undefined if it gets none, and the reasons to report. */
interface Boosted {
  readonly values: Allotment | undefined
  readonly reasons: readonly ReasonCode[]
}
type Boosts = readonly Boosted[]

const NONE: Boosted = { values: undefined, reasons: [] }

function boostsOf(decisions: readonly ContainerDecision[], context: BoostContext): Boosts | undefined {
  const { policy, applied, annotations } = context
  const { startup } = policy
  if (!startup || !applied.startup) return undefined
  if (runningOf({ running: 'inPlace' }, annotations[APPLY_RUNNING_ANNOTATION]) === 'never') return undefined
  const qos = qosClass(decisions.map(steadyOf))
  const all = (capOf: (i: number) => Nanos | undefined) =>
    decisions.map((decision, i) => boostOf(decision, context.slots[i]!, qos, capOf(i), context))
  const first = all(() => undefined)
  const caps = capsOnNode(first, decisions, context, applied.startup.upTo)
  return caps ? all((i) => caps[i]) : first
}

function boostOf(
  decision: ContainerDecision,
  { name, kind, container }: PodSlot,
  qos: QosClass,
  cap: Nanos | undefined,
  { policy: { startup, bounds }, applied, annotations, limits }: BoostContext,
): Boosted {
  const { author, final, reasons } = cpuOf(decision)
  const { request, limit } = final
  if (kind === 'init' || !request || reasons.some((reason) => NOT_OURS.includes(reason))) return NONE
  // Removing the boost would restart the container.
  if (restartsForResize(container, 'cpu')) return NONE
  const boost = startup!.cpu === 'learned' ? readBoostOf(applied.startup!.proposed.get(name) ?? '') : startup!.cpu
  const pools = readRuntime(container)?.cpu.pools
  if (!boost || pools === 'request') return NONE
  const keepsLimit = startup!.limit === 'never' || (startup!.limit === 'whereSafe' && pools === 'limit')
  const limitRange = limits?.limits.container.cpu
  const wanted = readAuthorsBounds(annotations, 'cpu', name)
  const ranges = rangesOf(author, { bounds: bounds.cpu, limitRange, wanted })
  const isGuaranteed = qos === 'Guaranteed'
  const isWhole = isGuaranteed && limit! % CORE === 0n
  const values = within(boost, final, {
    request: min(ranges.request.max.value, cap ?? ranges.request.max.value),
    limit: keepsLimit && limit !== undefined ? limit : ranges.limit.max.value,
    ...{ isGuaranteed, isWhole },
  })
  const said: ReasonCode[] = keepsLimit && limit !== undefined && startup!.limit !== 'never' ? ['BoostKeepsLimit'] : []
  if (isSameAllotment(values, final) || (limitRange && !passes(values, limitRange)))
    return { values: undefined, reasons: said }
  return { values, reasons: ['BoostedForStartup', ...said] }
}

interface Most {
  readonly request: Nanos
  readonly limit: Nanos
  readonly isGuaranteed: boolean
  readonly isWhole: boolean
}

/** The boosted values of a container, which are never less than the steady ones. */
function within(boost: BoostOf, steady: Allotment, most: Most): Allotment {
  const grain = most.isWhole ? CORE : undefined
  const down = (nanos: Nanos) => (grain ? (nanos / grain) * grain : roundDownToGrain('cpu', nanos))
  const asked = boostedCpu(boost, steady.request!, steady.limit)
  const up = grain ? ((asked.request + grain - 1n) / grain) * grain : asked.request
  const limitOf = (request: Nanos) =>
    steady.limit === undefined
      ? undefined
      : max(steady.limit, min(down(most.limit), boostedCpu({ request }, steady.request!, steady.limit).limit!))
  const request = min(up, down(most.request))
  const limit = limitOf(max(request, steady.request!))
  const capped = max(steady.request!, limit === undefined ? request : min(request, limit))
  if (!most.isGuaranteed || limit === undefined) return { request: capped, limit }
  const both = min(capped, limit)
  return both > steady.request! ? { request: both, limit: both } : steady
}

/**
 * Highest requests with which the Pod fits on the largest node: containers that run at the same time give up the same share of their
 * boosts. Undefined if the Pod fits anyway.
 */
function capsOnNode(
  boosts: Boosts,
  decisions: readonly ContainerDecision[],
  { pod, slots }: BoostContext,
  upTo: Nanos,
): readonly Nanos[] | undefined {
  const steady = decisions.map((decision) => cpuOf(decision).final.request ?? 0n)
  const asks = boosts.map(({ values }, i) => values?.request ?? steady[i]!)
  const room = upTo - readOverhead(pod).cpu
  const sumOf = (group: readonly number[], of: (i: number) => Nanos) => group.reduce((sum, i) => sum + of(i), 0n)
  const caps = [...asks]
  for (const together of togetherAtOnce(slots.map(({ kind }, i) => ({ kind, i })))) {
    const group = together.map(({ i }) => i)
    const excess = sumOf(group, (i) => asks[i]!) - room
    const raises = sumOf(group, (i) => asks[i]! - steady[i]!)
    if (excess <= 0n || raises === 0n) continue
    const taken = min(excess, raises)
    for (const i of group) caps[i] = min(caps[i]!, asks[i]! - ((asks[i]! - steady[i]!) * taken + raises - 1n) / raises)
  }
  return caps.some((cap, i) => cap < asks[i]!) ? caps : undefined
}

/** Boosts that respect the limits on the whole Pod; undefined if none does. */
function fitted(
  boosts: Boosts | undefined,
  decisions: readonly ContainerDecision[],
  { slots, limits }: BoostContext,
): Boosts | undefined {
  if (!boosts?.some(({ values }) => values)) return boosts
  const drafts = decisions.map((decision, i) =>
    decision.resources.map(({ resource, final }): Draft => {
      const values = resource === 'cpu' ? boosts[i]!.values : undefined
      return { resource, author: final, values, reasons: [], least: 0n }
    }),
  )
  const held = limits ? fitPod(drafts, slots, limits) : drafts
  const resourcesOf = (all: typeof held) =>
    all.map((container): ContainerResources => {
      const of = (resource: 'cpu' | 'memory') => valuesOf(container.find((draft) => draft.resource === resource)!)
      return { cpu: of('cpu'), memory: of('memory') }
    })
  const keepsQos = qosClass(resourcesOf(held)) === qosClass(decisions.map(steadyOf))
  if (!keepsQos || (limits && !isAdmissible(held, slots, limits))) return undefined
  return boosts.map((boost, i) => {
    const values = held[i]!.find(({ resource }) => resource === 'cpu')!.values
    return values || !boost.values ? boost : NONE
  })
}

function steadyOf(decision: ContainerDecision): ContainerResources {
  const of = (resource: 'cpu' | 'memory') => decision.resources.find((one) => one.resource === resource)!.final
  return { cpu: of('cpu'), memory: of('memory') }
}

function cpuOf({ resources }: ContainerDecision): ResourceDecision {
  return resources.find(({ resource }) => resource === 'cpu')!
}
