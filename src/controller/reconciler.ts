import {
  type ContainerRecommendation,
  type ContainerValues,
  MAX_CONTAINERS,
  type Revision,
  readValues,
  secondsOf,
} from '../api/index.ts'
import type { Applier } from '../apply/index.ts'
import type { ClusterInventory, Fleet, FleetWorkload, Freezes } from '../fleet/index.ts'
import type { KnownRecommendations } from '../informers/index.ts'
import { type DecisionTerms, GOAL_PRICES, type Learner } from '../learner/index.ts'
import {
  criticalityOf,
  isOptedOut,
  type Openings,
  openingsAt,
  type PodShape,
  type PolicyIndex,
} from '../policy/index.ts'
import { whyNoObject } from '../recommendations/index.ts'
import { type ReconcileRules, reconcile } from '../revisions/index.ts'
import { workloadKey } from '../workloads/index.ts'
import { Breather } from './breather.ts'
import type { ControllerContext } from './context.ts'
import type { OwnerChecks } from './owner-checks.ts'
import type { StatusChange, StatusWrites, Unwritable } from './status-writes.ts'
import type { ThrottlingOfCanaries } from './throttling.ts'
import type { WriteQueue } from './write-queue.ts'

interface ReconcilerOptions extends ControllerContext {
  readonly fleet: Fleet
  readonly inventory: ClusterInventory
  readonly learner: Learner
  readonly policies: PolicyIndex
  readonly known: KnownRecommendations
  readonly freezes: Freezes
  readonly owners: Pick<OwnerChecks, 'mismatches'>
  readonly throttling: ThrottlingOfCanaries
  readonly queue: WriteQueue
  readonly writes: StatusWrites
  readonly applier?: Pick<Applier, 'summaryOf' | 'troubleOf'> | undefined
}

/** Computes what the Recommendation of each workload should say, and queues the changes that are worth a write. */
export class Reconciler {
  readonly #options: ReconcilerOptions
  /** Keys of the workloads that could have no Recommendation in the last turn. */
  #unwritable: ReadonlySet<string> = new Set()

  constructor(options: ReconcilerOptions) {
    this.#options = options
  }

  /** Looks at every workload once. Status writes that still waited are out of date then, and are replaced. */
  async run(signal: AbortSignal): Promise<void> {
    const { fleet, inventory, logger, owners, queue, time, writes } = this.#options
    const changes: StatusChange[] = []
    const unwritable = new Set<string>()
    /** Whether all that autoscalers act on is known, by namespace. */
    const known = new Map<string, boolean>()
    const breather = new Breather(time)
    const openings = openingsAt(new Date(time.now()))
    for (const entry of fleet.workloads(owners.mismatches)) {
      await breather.pause()
      signal.throwIfAborted()
      const { namespace } = entry.workload
      if (!known.has(namespace)) known.set(namespace, inventory.isKnown(namespace))
      if (!known.get(namespace)) continue
      const obstacle = obstacleTo(entry)
      if (obstacle) {
        const key = workloadKey(entry.workload)
        unwritable.add(key)
        if (!this.#unwritable.has(key)) writes.tellUnwritable(entry, obstacle)
        continue
      }
      try {
        const change = this.#reconcile(entry, openings)
        if (change) changes.push(change)
      } catch (error) {
        logger.warn({ error, ...entry.workload }, 'a Recommendation was not brought up to date')
      }
    }
    this.#unwritable = unwritable
    const due = changes.map((change) => writes.of(change))
    queue.offer(['urgent', 'status'], due, time.elapsed())
  }

  /** @returns undefined if there is nothing worth writing */
  #reconcile(entry: FleetWorkload, openings: Openings): StatusChange | undefined {
    const { workload, author, shape, images, labels } = entry
    // Nothing is injected into Pods that have opted out, in any mode of the namespace: they are only observed.
    const mode = isOptedOut(labels) ? 'observe' : entry.mode
    const { applier, freezes, inventory, known, learner, policies, settings, throttling, time } = this.#options
    const { policy, canary, windows, ...effective } = policies.effective(workload.namespace, labels)
    const goal = entry.goal ?? effective.goal
    const now = new Date(time.now())
    const before = known.get(workload)
    const nowSeconds = now.getTime() / 1000
    for (const [container, image] of images) learner.observeVersion({ workload, container }, image, nowSeconds)
    const terms: DecisionTerms = {
      prices: GOAL_PRICES[goal],
      cadence: '24h',
      author,
      inForce: inForceOf(author, before?.status?.applied),
    }
    const { source, containers } = learner.decide(workload, nowSeconds, terms)
    const learned = withinBound(containers, shape)
    if (!before && learned.length === 0) return undefined
    const pods = throttling.addTo(entry, before?.status?.canary)
    const { status, events } = reconcile(
      before?.status,
      {
        ...{ mode, goal, source, learned, author, shape, pods, now, kind: workload.kind },
        autoscalers: inventory.autoscalersOf(workload, entry.pods),
        largestNode: inventory.largestNode,
        criticality: criticalityOf(
          { operator: effective.criticality, author: entry.criticality, priorityClass: entry.priorityClass },
          settings.priorityClasses,
        ),
        heapFollowers: entry.heapFollowers,
        spec: before?.spec ?? {},
        freezes: freezes.of(workload.namespace),
        opening: openings(windows),
        running: applier?.summaryOf(workload, before?.status?.running),
        trouble: applier?.troubleOf(workload),
      },
      { ...rulesOf(settings, policy), canary },
    )
    return status === before?.status ? undefined : { workload, before, status, events }
  }
}

/** What new Pods are given: the applied values, and where there are none, the author's. */
function inForceOf(author: FleetWorkload['author'], applied: Revision | undefined): FleetWorkload['author'] {
  if (!applied) return author
  const values = readValues(applied.containers)
  return new Map([...author].map(([name, written]) => [name, { ...written, ...resourcesOf(values.get(name)) }]))
}

function resourcesOf({ cpu, memory }: ContainerValues = {}) {
  return { ...(cpu && { cpu }), ...(memory && { memory }) }
}

/** Why no Recommendation can be written for a workload; undefined if one can. */
function obstacleTo({ workload, shape }: FleetWorkload): Unwritable | undefined {
  const noName = whyNoObject(workload)
  if (noName !== undefined) return { reason: 'InvalidName', message: noName }
  const count = shape.slots.length
  if (count <= MAX_CONTAINERS) return undefined
  return {
    reason: 'TooManyContainers',
    message: `it has ${count} containers, and a Recommendation holds at most ${MAX_CONTAINERS}`,
  }
}

/** Leaves out containers that no longer run if there are more than a Recommendation can hold. */
function withinBound(
  learned: readonly ContainerRecommendation[],
  { slots }: PodShape,
): readonly ContainerRecommendation[] {
  if (learned.length <= MAX_CONTAINERS) return learned
  const names = new Set(slots.map(({ name }) => name))
  return learned.filter(({ name }) => names.has(name))
}

function rulesOf(
  { step, minimumChange: { share, cpu, memory }, approval, changes }: ControllerContext['settings'],
  policy: ReconcileRules['policy'],
): ReconcileRules {
  return {
    ...{ policy, step, approval, minimumChange: { share, amount: { cpu, memory } } },
    betweenChangesMilliseconds: secondsOf(changes.every) * 1000,
  }
}
