import {
  type ContainerRecommendation,
  type ContainerValues,
  MAX_CONTAINERS,
  type RecommendationStatus,
  type Revision,
  readValues,
  readVariantKey,
  secondsOf,
} from '../api/index.ts'
import type { Applier } from '../apply/index.ts'
import type { ClusterInventory, Fleet, Freezes } from '../fleet/index.ts'
import type { KnownRecommendations } from '../informers/index.ts'
import {
  type Cadence,
  type DecisionTerms,
  GOAL_PRICES,
  type Learner,
  type NodeClasses,
  pricesWithRoom,
} from '../learner/index.ts'
import {
  type Autoscaler,
  type Effective,
  isOptedOut,
  type Openings,
  openingsAt,
  type PodShape,
  type PolicyIndex,
} from '../policy/index.ts'
import { whyNoObject } from '../recommendations/index.ts'
import { RESOURCES } from '../resources/index.ts'
import { chooseSource, type PodHealth, type ReconcileRules, reconcile } from '../revisions/index.ts'
import { workloadKey } from '../workloads/index.ts'
import type { ApplicationProfiles } from './application-profiles.ts'
import type { Boosting } from './boosting.ts'
import { Breather } from './breather.ts'
import { cadenceOf } from './cadence.ts'
import type { ControllerContext } from './context.ts'
import type { ExperimentProposals } from './experiment-proposals.ts'
import { type FleetMetrics, FleetTotals } from './fleet-totals.ts'
import type { PressureWatch } from './pressure-watch.ts'
import type { ResizeAbility } from './resize-ability.ts'
import { SloCount, type SloMetrics } from './slo-metrics.ts'
import type { SloPrices } from './slo-prices.ts'
import type { SloReadings } from './slo-readings.ts'
import { type Degraded, degradedIn, sloRulesOf } from './slos.ts'
import type { StatusChange, StatusWrites, Unwritable } from './status-writes.ts'
import type { ThrottlingOfCanaries } from './throttling.ts'
import { type ViewedWorkload, viewWorkloads } from './workload-view.ts'
import type { WriteQueue } from './write-queue.ts'

export interface ReconcilerOptions extends ControllerContext {
  readonly fleet: Fleet
  readonly inventory: ClusterInventory
  readonly learner: Learner
  readonly policies: PolicyIndex
  readonly known: KnownRecommendations
  readonly freezes: Freezes
  readonly throttling: ThrottlingOfCanaries
  readonly queue: WriteQueue
  readonly writes: StatusWrites
  /** What SLOs require of decisions; undefined if no SLOs are read. */
  readonly sloPrices?: Pick<SloPrices, 'of'> | undefined
  readonly boosting?: Pick<Boosting, 'statusOf'> | undefined
  readonly applier?: Pick<Applier, 'summaryOf' | 'troubleOf'> | undefined
  /** By which classes of nodes DaemonSets are sized; undefined if they never are. */
  readonly nodeClasses?: Pick<NodeClasses, 'decide'> | undefined
  readonly ability?: Pick<ResizeAbility, 'isAble'> | undefined
  readonly pressure?: Pick<PressureWatch, 'of'> | undefined
  readonly slos?: Pick<SloReadings, 'readingsOf'> | undefined
  readonly metrics?: (SloMetrics & FleetMetrics) | undefined
  readonly experiments?: Pick<ExperimentProposals, 'of'> | undefined
  readonly profiles?: Pick<ApplicationProfiles, 'of'> | undefined
}

/** How many workloads a second have their requests and risks counted for metrics, which takes about 0.3 ms each. */
const COUNTED_EACH_SECOND = 40

/** Computes what the Recommendation of each workload should say, and queues the changes that are worth a write. */
export class Reconciler {
  readonly #options: ReconcilerOptions
  /** Keys of the workloads that could not get a Recommendation in the last turn. */
  #unwritable: ReadonlySet<string> = new Set()
  #countAtMilliseconds = Number.NEGATIVE_INFINITY

  constructor(options: ReconcilerOptions) {
    this.#options = options
  }

  /** Looks at every workload once, and replaces the status writes that still wait, because they are outdated. */
  async run(signal: AbortSignal): Promise<void> {
    const { cluster, fleet, inventory, logger, metrics, queue, time, writes } = this.#options
    const changes: StatusChange[] = []
    const unwritable = new Set<string>()
    /** Whether everything that autoscalers control is known, by namespace. */
    const known = new Map<string, boolean>()
    const breather = new Breather(time)
    const openings = openingsAt(new Date(time.now()))
    const slos = new SloCount()
    const startedAt = time.elapsed()
    const totals = metrics && startedAt >= this.#countAtMilliseconds ? new FleetTotals(fleet, cluster.goal) : undefined
    const degraded = degradedIn(this.#options, this.#options.slos)
    for (const entry of viewWorkloads(this.#options)) {
      await breather.pause()
      signal.throwIfAborted()
      const { namespace } = entry.workload
      if (!known.has(namespace)) known.set(namespace, inventory.isKnown(namespace))
      if (!known.get(namespace)) {
        totals?.add(entry, this.#options.known.get(entry.workload)?.status)
        continue
      }
      try {
        const obstacle = obstacleTo(entry)
        if (obstacle) {
          const key = workloadKey(entry.workload)
          unwritable.add(key)
          if (!this.#unwritable.has(key)) writes.tellUnwritable(entry, obstacle)
          totals?.add(entry, undefined)
          continue
        }
        const change = this.#reconcile(entry, openings, degraded)
        if (change) changes.push(change)
        const status = change?.status ?? this.#options.known.get(entry.workload)?.status
        slos.add(entry.workload, status ?? {})
        totals?.add(entry, status)
      } catch (error) {
        logger.warn({ error, ...entry.workload }, 'updating a Recommendation failed')
      }
    }
    this.#unwritable = unwritable
    if (metrics) slos.show(metrics)
    if (metrics && totals) {
      totals.show(metrics)
      this.#countAtMilliseconds = startedAt + (1000 * totals.workloads) / COUNTED_EACH_SECOND
    }
    const due = changes.map((change) => writes.of(change))
    queue.offer(['urgent', 'status'], due, time.elapsed())
  }

  /** @returns undefined if there is nothing worth writing */
  #reconcile(entry: ViewedWorkload, openings: Openings, degraded: Degraded): StatusChange | undefined {
    const { workload, author, shape, images, labels, criticality } = entry
    // Nothing is injected into Pods that have opted out, in any mode of the namespace, so they are only observed.
    const mode = isOptedOut(labels) ? 'observe' : entry.mode
    const { ability, applier, boosting, experiments, freezes, inventory, known, learner, policies } = this.#options
    const { nodeClasses, settings, sloPrices, slos, throttling, time } = this.#options
    const { policy, canary, windows, ...effective } = policies.effective(workload.namespace, labels)
    const goal = entry.goal ?? effective.goal
    const now = new Date(time.now())
    const before = known.get(workload)
    const nowSeconds = now.getTime() / 1000
    for (const key of new Set([...images.keys(), ...keysOf(before?.status)])) {
      const image = images.get(readVariantKey(key).container)
      if (image !== undefined) learner.observeVersion({ workload, container: key }, image, nowSeconds)
    }
    const cadence = cadenceOf(entry, entry.effective, ability?.isAble ?? false)
    const horizon = cadence === '1h' ? 'hour' : 'day'
    const demand = sloPrices?.of(entry, before?.status, { limits: policy.limits, horizon }, nowSeconds)
    const terms: DecisionTerms = {
      prices: demand?.hasRoom ? pricesWithRoom(goal) : GOAL_PRICES[goal],
      cadence,
      author,
      slos: demand?.terms,
      profiles: this.#options.profiles?.of(entry, nowSeconds),
      inForce: inForceOf(author, before?.status?.applied),
    }
    const isInUse = nodeClasses?.decide(workload, terms.prices, keysOf(before?.status)) ?? isOwn
    const observed = learner.decide(workload, nowSeconds, terms)
    const { source, containers } = chooseSource(
      [
        { ...observed, containers: observed.containers.filter(({ name }) => isInUse(name)) },
        ...(experiments?.of(workload) ?? []),
      ],
      now,
    )
    const learned = withinBound(containers, shape)
    if (!before && learned.length === 0) return undefined
    const pods = this.#onNodes(throttling.addTo(entry, before?.status?.canary), entry)
    const { status, events } = reconcile(
      before?.status,
      {
        source: source === 'observed' && learned.some(restsOnOthers) ? 'profile' : source,
        ...{ mode, goal, criticality, learned, isInUse, author, shape, pods, now, kind: workload.kind },
        autoscalers: holding(inventory.autoscalersOf(workload, entry.pods), entry.effective.running),
        largestNode: inventory.largestNode,
        heapFollowers: entry.heapFollowers,
        spec: before?.spec ?? {},
        freezes: freezes.of(workload.namespace),
        opening: openings(windows),
        startup: boosting?.statusOf(entry, before?.status?.startup),
        running: applier?.summaryOf(workload, before?.status?.running),
        pressures: cadence === '1h' ? this.#options.pressure?.of(entry) : undefined,
        trouble: applier?.troubleOf(workload),
        slos: slos?.readingsOf(workload),
        degraded: degraded(workload),
      },
      { ...rulesOf(settings, policy, cadence), canary },
    )
    return status === before?.status ? undefined : { workload, before, status, events }
  }

  /** The Pods of a DaemonSet, each with the classes of its node. */
  #onNodes(health: readonly PodHealth[], { workload, pods }: ViewedWorkload): readonly PodHealth[] {
    if (workload.kind !== 'DaemonSet') return health
    const nodes = new Map(pods.map(({ name, placement }) => [name, placement.node]))
    const classesOf = (pod: PodHealth) => this.#options.inventory.node(nodes.get(pod.name ?? '') ?? '')?.classes
    return health.map((pod) => ({ ...pod, nodeClasses: classesOf(pod) }))
  }
}

/** Keys of the values that are learned or applied: those of containers, and those for classes of nodes. */
function keysOf({ learned, applied }: RecommendationStatus = {}): Iterable<string> {
  return [...readValues(learned?.containers).keys(), ...readValues(applied?.containers).keys()]
}

/** Whether a key is that of a container itself. */
function isOwn(key: string): boolean {
  return readVariantKey(key).nodes === undefined
}

/** Whether other instances of the application count for more in a value than its own usage. */
function restsOnOthers({ evidence }: ContainerRecommendation): boolean {
  return RESOURCES.some((resource) => evidence?.[resource]?.profile?.decides)
}

/** Requests and targets can change together only if running Pods may change. */
function holding(autoscalers: readonly Autoscaler[], running: Effective['running']): readonly Autoscaler[] {
  if (running !== 'never') return autoscalers
  return autoscalers.map((one) => (one.scale === 'keeps' && !one.points ? { ...one, scale: undefined } : one))
}

/** The values of new Pods: the applied ones, or else the author's. */
function inForceOf(author: ViewedWorkload['author'], applied: Revision | undefined): ViewedWorkload['author'] {
  if (!applied) return author
  const values = readValues(applied.containers)
  const keys = [...author.keys(), ...values.keys().filter((key) => !isOwn(key))]
  return new Map(
    keys.flatMap((key) => {
      const written = author.get(readVariantKey(key).container)
      return written ? [[key, { ...written, ...resourcesOf(values.get(key)) }] as const] : []
    }),
  )
}

function resourcesOf({ cpu, memory }: ContainerValues = {}) {
  return { ...(cpu && { cpu }), ...(memory && { memory }) }
}

/** Why a workload cannot get a Recommendation; undefined if it can. */
function obstacleTo({ workload, shape }: ViewedWorkload): Unwritable | undefined {
  const noName = whyNoObject(workload)
  if (noName !== undefined) return { reason: 'InvalidName', message: noName }
  const count = shape.slots.length
  if (count <= MAX_CONTAINERS) return undefined
  return {
    reason: 'TooManyContainers',
    message: `it has ${count} containers, and a Recommendation holds at most ${MAX_CONTAINERS}`,
  }
}

/** Leaves out containers that no longer run if there are too many for a Recommendation. */
function withinBound(
  learned: readonly ContainerRecommendation[],
  { slots }: PodShape,
): readonly ContainerRecommendation[] {
  if (learned.length <= MAX_CONTAINERS) return learned
  const names = new Set(slots.map(({ name }) => name))
  return learned.filter(({ name }) => names.has(name))
}

/** Time between two steps up to the same values if decisions are hourly: until the next decision. */
const HOUR_MILLISECONDS = 3_600_000

function paceRulesOf(
  { every, lowerEvery }: ControllerContext['settings']['changes'],
  cadence: Cadence,
): ReconcileRules['pace'] {
  const milliseconds = secondsOf(cadence === '1h' ? lowerEvery : every) * 1000
  return {
    betweenDecreasesMilliseconds: milliseconds,
    betweenStepsUpMilliseconds: cadence === '1h' ? HOUR_MILLISECONDS : milliseconds,
  }
}

function rulesOf(
  { step, minimumChange: { share, cpu, memory }, approval, changes, slos }: ControllerContext['settings'],
  policy: ReconcileRules['policy'],
  cadence: Cadence,
): ReconcileRules {
  return {
    ...{ policy, step, approval, minimumChange: { share, amount: { cpu, memory } } },
    pace: paceRulesOf(changes, cadence),
    slo: sloRulesOf(slos),
  }
}
