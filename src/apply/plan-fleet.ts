import type { Criticality, RecommendationStatus } from '../api/index.ts'
import type { FleetNode, FleetWorkload } from '../fleet/index.ts'
import { type Effective, isOptedOut, type ReasonCode, runningOf } from '../policy/index.ts'
import { judge, type TroubleSeen } from '../revisions/index.ts'
import type { Workload } from '../workloads/index.ts'
import { type Batch, mayStartMore, newBatch } from './batch.ts'
import type { Review } from './reviews.ts'
import { has, type Target, targetOf } from './target.ts'
import { compareUrgency, isPaced, isRaise, type Urgency, urgencyOf } from './urgency.ts'

type FleetPod = FleetWorkload['pods'][number]

/** A workload with everything that says whether its running Pods may change now. */
export interface ApplicableWorkload extends Pick<FleetWorkload, 'workload' | 'mode' | 'labels' | 'author' | 'pods'> {
  readonly status: RecommendationStatus
  readonly effective: Pick<Effective, 'running'>
  readonly criticality: Criticality
  /** Whether new values may be applied now: the workload is not held, nothing is frozen, and a change window is open. */
  readonly mayStart: boolean
  /** Whether running Pods may be lowered: false while an SLO burns its error budget; undefined means true. */
  readonly mayLower?: boolean | undefined
  /**
   * Whether an SLO is missed because CPU is short: then raises wait neither for each other nor for Pods to become ready. Undefined
   * means false.
   */
  readonly isOverloaded?: boolean | undefined
  /** Policies and LimitRanges that apply to its Pods, as text. When it changes, Pods that carry their revision are looked at again. */
  readonly policyDigest: string
  /** Whether the target of an HPA must be lowered before Pods get a higher request. */
  readonly waitsForScale?: boolean | undefined
  /** Whether somebody asked to change running Pods without waiting for each other. */
  readonly isUrgent?: boolean
}

/** A Pod that may need a step. */
export interface Candidate {
  readonly entry: ApplicableWorkload
  readonly pod: FleetPod
  readonly target: Target
  readonly urgency: Urgency
}

export interface FleetPlan {
  /** Pods to look at, in order. */
  readonly candidates: readonly Candidate[]
  /** Reasons why Pods wait, by uid. */
  readonly waiting: ReadonlyMap<string, { readonly entry: ApplicableWorkload; readonly reason: ReasonCode }>
  /** Number of Pods that carry their target. */
  readonly carrying: number
  /** Trouble that revisions have caused in running Pods. */
  readonly troubles: readonly { readonly workload: Workload; readonly trouble: TroubleSeen }[]
}

export interface FleetPlanInput {
  readonly workloads: Iterable<ApplicableWorkload>
  readonly node: (name: string) => FleetNode | undefined
  readonly podsPerNode: number
  readonly betweenBatchesMilliseconds: number
  readonly now: Date
  /** Trouble of a workload that was found before, and is not in its Recommendation yet; undefined if there is none. */
  readonly troubleOf: (workload: Workload) => TroubleSeen | undefined
  /** Result of the last look at a Pod that carries its revision; undefined if there was none since something changed. */
  readonly reviewOf: (entry: ApplicableWorkload, pod: FleetPod) => Review | undefined
  /** Whether the last look found that the Pod cannot be changed now, so that others need not wait for it. */
  readonly isStuck: (candidate: Candidate) => boolean
}

/**
 * Chooses the Pods that need a step, and their order: steps in progress, Pods that are rolled back, memory after an OOM kill,
 * containers under pressure, decreases, then raises; workloads of low criticality first. Within a workload, one Pod is changed first,
 * then a quarter of its Pods, then the rest. Pure.
 */
export function planFleet(input: FleetPlanInput): FleetPlan {
  const waiting = new Map<string, { entry: ApplicableWorkload; reason: ReasonCode }>()
  const resizing = new Map<string, number>()
  const candidates: Candidate[] = []
  const troubles: FleetPlan['troubles'][number][] = []
  let carrying = 0
  const { now, betweenBatchesMilliseconds } = input
  const startableOf = ({ isUrgent, isOverloaded }: ApplicableWorkload, batch: Batch) =>
    isUrgent || isOverloaded ? batch.total : mayStartMore(batch, now, betweenBatchesMilliseconds)
  for (const entry of input.workloads) {
    const { pods, batches, trouble, isRollingOut } = lookAt(entry, input)
    if (trouble) troubles.push({ workload: entry.workload, trouble })
    for (const { carryingSince, reviewedSince } of batches.values())
      carrying += carryingSince.length + reviewedSince.length
    const left = new Map(batches.entries().map(([key, batch]) => [key, trouble ? 0 : startableOf(entry, batch)]))
    for (const { pod, target, urgency } of pods) {
      const key = keyOf(target)
      const node = pod.placement.node ?? ''
      if (pod.placement.isResizing) resizing.set(node, (resizing.get(node) ?? 0) + 1)
      const reason = whyWait(entry, pod, urgency, isRollingOut, input)
      if (reason) {
        if (urgency !== 'review') waiting.set(pod.uid, { entry, reason })
        continue
      }
      const candidate = { entry, pod, target, urgency }
      if (isPaced(urgency) && !input.isStuck(candidate)) {
        const more = left.get(key) ?? 0
        left.set(key, more - 1)
        if (more <= 0) {
          waiting.set(pod.uid, { entry, reason: 'WaitsForOthers' })
          continue
        }
      }
      candidates.push(candidate)
    }
  }
  const urgent = ({ urgency, entry: { criticality, isUrgent } }: Candidate) => ({ urgency, criticality, isUrgent })
  candidates.sort((a, b) => compareUrgency(urgent(a), urgent(b)))
  const chosen = candidates.filter((candidate) => {
    const { entry, pod, urgency } = candidate
    if (!isPaced(urgency) || input.isStuck(candidate)) return true
    const node = pod.placement.node ?? ''
    const count = resizing.get(node) ?? 0
    if (count >= input.podsPerNode) {
      waiting.set(pod.uid, { entry, reason: 'WaitsForOthers' })
      return false
    }
    resizing.set(node, count + 1)
    return true
  })
  return { candidates: chosen, waiting, carrying, troubles }
}

interface Found {
  readonly pods: readonly Omit<Candidate, 'entry'>[]
  readonly batches: ReadonlyMap<string, Batch>
  readonly trouble: TroubleSeen | undefined
  readonly isRollingOut: boolean
}

function lookAt(entry: ApplicableWorkload, { node, now, troubleOf, reviewOf }: FleetPlanInput): Found {
  const pods: Omit<Candidate, 'entry'>[] = []
  const batches = new Map<string, Batch>()
  const templates = new Set<string>()
  // A Pod that was rolled back shows no trouble any more.
  let trouble = stillApplies(entry, troubleOf(entry.workload))
  for (const pod of entry.pods) {
    const { placement, carries, uid } = pod
    if (!placement.isRunning) continue
    templates.add(placement.template)
    const nodeClasses = node(placement.node ?? '')?.classes
    const its = troubleIn(entry, { ...pod, nodeClasses })
    trouble ??= its
    const isInTrouble = its !== undefined
    const target = targetOf(entry.status, {
      ...{ uid, carries, isInTrouble, nodeClasses, hasLeftover: placement.hasLeftover },
    })
    if (!target) continue
    const batch = batches.get(keyOf(target)) ?? newBatch()
    batches.set(keyOf(target), batch)
    batch.total++
    if (placement.isResizing) {
      batch.underWay++
      pods.push({ pod, target, urgency: 'finish' })
    } else if (!has(pod, target)) pods.push({ pod, target, urgency: urgencyOf(pod, target) })
    else {
      const review = reviewOf(entry, pod)
      if (review === 'fits') batch.reviewedSince.push(sinceOf(pod, now))
      else if (review === undefined) {
        batch.carryingSince.push(sinceOf(pod, now))
        pods.push({ pod, target, urgency: 'review' })
      } else {
        batch.outdated++
        pods.push({ pod, target, urgency: review })
      }
    }
  }
  return { pods, batches, trouble, isRollingOut: templates.size > 1 && !isPerRun(entry) }
}

function sinceOf({ carries, placement }: FleetPod, now: Date): number {
  return placement.isReady && carries ? Date.parse(carries.since) : now.getTime()
}

function keyOf(target: Target): string {
  return target.of === 'author' ? target.of : String(target.revision)
}

/** Whether each run of the workload has Pods of another template. */
function isPerRun({ workload }: ApplicableWorkload): boolean {
  return /Job(?:\.|$)/.test(workload.kind)
}

/** Trouble that a revision that is not proven good yet has caused in a Pod. */
function troubleIn({ status, author }: ApplicableWorkload, pod: FleetPod): TroubleSeen | undefined {
  const { applied, canary, lastGood } = status
  const carried = pod.carries?.revision
  if (carried === undefined) return undefined
  const [revision, before] = carried === canary?.revision.revision ? [canary.revision, applied] : [applied, lastGood]
  if (revision?.revision !== carried || carried === lastGood?.revision) return undefined
  const trouble = judge({ revision, lastGood: before, author, pods: [pod] })
  return trouble && { ...trouble, revision: carried }
}

/** Trouble that was found before, while its revision is still applied or a canary. */
function stillApplies({ status: { applied, canary } }: ApplicableWorkload, trouble: TroubleSeen | undefined) {
  const current = [applied?.revision, canary?.revision.revision]
  return trouble && current.includes(trouble.revision) ? trouble : undefined
}

/** Why a Pod is not changed now; undefined if it may be. */
function whyWait(
  { mode, labels, effective, mayStart, mayLower = true, waitsForScale, isOverloaded = false }: ApplicableWorkload,
  { placement, boosts }: FleetPod,
  urgency: Urgency,
  isRollingOut: boolean,
  { node }: FleetPlanInput,
): ReasonCode | undefined {
  if (urgency === 'finish') return undefined
  const running = runningOf(effective, placement.applyRunning)
  if (running === 'never' || mode === 'observe' || isOptedOut(labels)) return 'NewPodsOnly'
  if (waitsForScale && (urgency === 'back' || isRaise(urgency))) return 'ScaleTargetBehind'
  if (urgency === 'back') return undefined
  if (!mayStart) return 'ChangesStopped'
  if (isRollingOut && urgency !== 'oom') return 'RolloutUnderWay'
  const isBoosted = boosts?.values().some(({ isOn }) => isOn) === true
  // Pods that lack resources may not be ready any more.
  const maySkipReadiness = urgency === 'protect' || (isOverloaded && urgency === 'raise')
  if ((isBoosted || (!placement.isReady && !maySkipReadiness)) && urgency !== 'oom') return 'PodNotReady'
  if (urgency === 'free' && !mayLower) return 'WaitsForSlo'
  if (urgency === 'free' || urgency === 'review') return undefined
  return (node(placement.node ?? '')?.troubles.length ?? 0) > 0 ? 'NodeInTrouble' : undefined
}
