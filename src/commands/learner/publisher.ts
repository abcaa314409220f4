import { type Recommendation, type RecommendationStatus, secondsOf } from '../../api/index.ts'
import type { ClusterInventory, Fleet, FleetWorkload, Freezes } from '../../fleet/index.ts'
import { KubeError, unlessMissing } from '../../kube/index.ts'
import { type DecisionTerms, GOAL_PRICES, type Learner } from '../../learner/index.ts'
import type { Outbox } from '../../notices/index.ts'
import { criticalityOf, type Openings, openingsAt, type PolicyIndex } from '../../policy/index.ts'
import { RECOMMENDATIONS, writeRecommendation } from '../../recommendations/index.ts'
import { EVENTS, type ReconcileRules, type RevisionEvent, reconcile } from '../../revisions/index.ts'
import type { LearnerMetrics } from '../../telemetry/index.ts'
import { workloadKey } from '../../workloads/index.ts'
import { Breather } from './breather.ts'
import type { Checkpoints } from './checkpoints.ts'
import type { LeadContext } from './context.ts'
import type { KnownRecommendations } from './recommendations.ts'
import { Teller } from './teller.ts'
import type { ThrottlingOfCanaries } from './throttling.ts'

interface PublisherOptions extends LeadContext {
  readonly fleet: Fleet
  readonly surroundings: ClusterInventory
  readonly learner: Learner
  readonly book: PolicyIndex
  readonly known: KnownRecommendations
  readonly freezes: Freezes
  readonly outbox?: Outbox | undefined
  readonly metrics: Pick<LearnerMetrics, 'revisionEvents'>
  readonly checkpoints: Checkpoints
  readonly throttling: ThrottlingOfCanaries
}

const DAY_MILLISECONDS = 86_400_000
/** One that is new is written in two parts, at five writes a second: usage is not kept waiting for longer than this takes. */
const MOST_PER_TURN = 90

/** A Recommendation that is to be written. */
interface Due {
  readonly entry: FleetWorkload
  readonly before: Recommendation | undefined
  readonly status: RecommendationStatus
  readonly events: readonly RevisionEvent[]
}

/** Brings the Recommendations of the cluster up to what has been learned: writes what is worth it, and nothing else. */
export class Publisher {
  readonly #options: PublisherOptions
  readonly #teller: Teller

  constructor(options: PublisherOptions) {
    this.#options = options
    this.#teller = new Teller(options)
  }

  async publish(signal: AbortSignal): Promise<void> {
    const { fleet, logger } = this.#options
    const due: Due[] = []
    const breather = new Breather()
    const openings = openingsAt(new Date())
    const skip = (error: unknown, { workload }: FleetWorkload) => {
      signal.throwIfAborted()
      logger.warn({ error, ...workload }, 'a Recommendation was not written')
    }
    for (const entry of fleet.workloads()) {
      await breather.pause()
      signal.throwIfAborted()
      const next = await this.#advance(entry, openings, signal).catch((error) => skip(error, entry))
      if (next) due.push(next)
    }
    due.sort((a, b) => Number(isUrgent(b)) - Number(isUrgent(a)))
    for (const next of due.slice(0, MOST_PER_TURN)) {
      await this.#write(next, signal).catch((error) => skip(error, next.entry))
    }
    if (due.length > MOST_PER_TURN) logger.info({ left: due.length - MOST_PER_TURN }, 'the rest is published next time')
    await this.#forgetTheVanished(signal)
  }

  /** @returns undefined where there is nothing worth writing */
  async #advance(entry: FleetWorkload, openings: Openings, signal: AbortSignal): Promise<Due | undefined> {
    const { workload, mode, author, shape, images, labels } = entry
    const { book, freezes, known, learner, settings, surroundings } = this.#options
    const { policy, canary, windows, ...effective } = book.effective(workload.namespace, labels)
    const goal = entry.goal ?? effective.goal
    const now = new Date()
    const before = known.get(workload)
    const nowSeconds = now.getTime() / 1000
    for (const [container, image] of images) learner.observeVersion({ workload, container }, image, nowSeconds)
    const terms: DecisionTerms = { prices: GOAL_PRICES[goal], cadence: '24h', author }
    learner.decide(workload, nowSeconds, terms)
    const { containers: learned } = learner.recommend(workload, nowSeconds, terms)
    if (!before && learned.length === 0) return undefined
    const pods = before?.status?.canary
      ? await this.#options.throttling.addTo(entry, before.status.canary, signal)
      : entry.pods
    const { status, events } = reconcile(
      before?.status,
      {
        ...{ mode, goal, learned, author, shape, pods, now, kind: workload.kind },
        autoscalers: surroundings.autoscalersOf(workload),
        largestNode: surroundings.largestNode,
        criticality: criticalityOf(
          { operator: effective.criticality, author: entry.criticality, priorityClass: entry.priorityClass },
          settings.priorityClasses,
        ),
        spec: before?.spec ?? {},
        freezes: freezes.of(workload.namespace),
        opening: openings(windows),
      },
      { ...rulesOf(settings, policy), canary },
    )
    return status === before?.status ? undefined : { entry, before, status, events }
  }

  async #write({ entry: { workload, mode }, before, status, events }: Due, signal: AbortSignal): Promise<void> {
    const { client, known, logger } = this.#options
    const exists = before !== undefined
    const written = await writeRecommendation(client, workload, status, { exists, signal }).catch((error) => {
      // Somebody has deleted it, and the watch has not said so yet, or never will: next time it is made anew.
      if (error instanceof KubeError && error.status === 404) known.forget(workload)
      throw error
    })
    // Unless the watch has told meanwhile that it is gone.
    if (!exists || known.get(workload)) known.note(written)
    for (const event of events) await this.#teller.tell(event, { workload, status }, signal)
    const { state, summary } = status
    logger.info({ ...workload, mode, state, ...summary, applied: status.applied?.revision }, 'published')
  }

  /** Removes what belongs to workloads without a Pod for `forgetAfterDays`. */
  async #forgetTheVanished(signal: AbortSignal): Promise<void> {
    const { checkpoints, client, fleet, known, logger, settings } = this.#options
    const oldest = Date.now() - settings.learner.forgetAfterDays * DAY_MILLISECONDS
    const unseen = known
      .all()
      .filter(
        ({ metadata, status }) => Date.parse(status?.lastSeen ?? String(metadata.creationTimestamp ?? '')) < oldest,
      )
    if (unseen.length === 0) return
    const running = new Set(Array.from(fleet.workloads(), ({ workload }) => workloadKey(workload)))
    for (const { metadata, spec, status } of unseen) {
      const workload = { namespace: metadata.namespace, ...spec.workload }
      if (running.has(workloadKey(workload))) continue
      logger.info({ ...workload, lastSeen: status?.lastSeen }, 'a vanished workload is forgotten')
      const { namespace, name } = metadata
      await client.delete(RECOMMENDATIONS, { namespace, name }, { signal }).catch(unlessMissing)
      known.forget(workload)
      await checkpoints.forget(workload, signal).catch(unlessMissing)
    }
  }
}

function isUrgent({ events }: Due): boolean {
  return events.some(({ reason }) => EVENTS[reason].isUrgent)
}

function rulesOf(
  { step, minimumChange: { share, cpu, memory }, approval, changes }: LeadContext['settings'],
  policy: ReconcileRules['policy'],
): ReconcileRules {
  return {
    ...{ policy, step, approval, minimumChange: { share, amount: { cpu, memory } } },
    betweenChangesMilliseconds: secondsOf(changes.every) * 1000,
  }
}
