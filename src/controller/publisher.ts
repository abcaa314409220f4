import { type Change, type Recommendation, type RecommendationStatus, secondsOf } from '../api/index.ts'
import type { ClusterInventory, Fleet, FleetWorkload, Freezes } from '../fleet/index.ts'
import type { KnownRecommendations } from '../informers/index.ts'
import { KubeError, unlessMissing } from '../kube/index.ts'
import type { Learner } from '../learner/index.ts'
import type { Notice, Outbox } from '../notices/index.ts'
import { criticalityOf, type Openings, openingsAt, type PolicyIndex, type ReasonCode } from '../policy/index.ts'
import { RECOMMENDATIONS, writeRecommendation } from '../recommendations/index.ts'
import { type ReconcileRules, reconcile } from '../revisions/index.ts'
import { workloadKey } from '../workloads/index.ts'
import { Breather } from './breather.ts'
import type { Checkpoints } from './checkpoints.ts'
import type { ControllerContext } from './context.ts'
import { newsOf } from './news.ts'
import type { ThrottlingOfCanaries } from './throttling.ts'
import { WorkloadEvents } from './workload-events.ts'

interface PublisherOptions extends ControllerContext {
  readonly fleet: Fleet
  readonly surroundings: ClusterInventory
  readonly learner: Learner
  readonly book: PolicyIndex
  readonly known: KnownRecommendations
  readonly freezes: Freezes
  readonly outbox?: Outbox | undefined
  readonly checkpoints: Checkpoints
  readonly throttling: ThrottlingOfCanaries
}

const DAY_MILLISECONDS = 86_400_000
/** Events that people outside the cluster hear of as well. */
const NOTICED: { readonly [reason in ReasonCode]?: Notice['type'] } = {
  PendingApproval: 'PendingApproval',
  RolledBack: 'RolledBack',
  CanaryFailed: 'RolledBack',
}

/** One that is new is written in two parts, at five writes a second: usage is not kept waiting for longer than this takes. */
const MOST_PER_TURN = 90

/** A Recommendation that is to be written. */
interface Due {
  readonly entry: FleetWorkload
  readonly before: Recommendation | undefined
  readonly status: RecommendationStatus
  readonly pods: Parameters<typeof newsOf>[3]
}

/** Brings the Recommendations of the cluster up to what has been learned: writes what is worth it, and nothing else. */
export class Publisher {
  readonly #options: PublisherOptions
  readonly #news: WorkloadEvents

  constructor(options: PublisherOptions) {
    this.#options = options
    this.#news = new WorkloadEvents(options)
  }

  async publish(signal: AbortSignal): Promise<void> {
    const { fleet, logger, time } = this.#options
    const due: Due[] = []
    const breather = new Breather(time)
    const openings = openingsAt(new Date(time.now()))
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
    const { book, freezes, known, learner, settings, surroundings, time } = this.#options
    const { policy, canary, windows, ...effective } = book.effective(workload.namespace, labels)
    const goal = entry.goal ?? effective.goal
    const now = new Date(time.now())
    const before = known.get(workload)
    const nowSeconds = now.getTime() / 1000
    for (const [container, image] of images) learner.observeVersion({ workload, container }, image, nowSeconds)
    const learned = learner.recommend(workload, goal, nowSeconds, author)
    if (!before && learned.length === 0) return undefined
    const pods = before?.status?.canary
      ? await this.#options.throttling.addTo(entry, before.status.canary, signal)
      : entry.pods
    const status = reconcile(
      before?.status,
      {
        ...{ mode, goal, learned, author, shape, pods, now, kind: workload.kind },
        autoscalers: surroundings.autoscalersOf(workload),
        largestNode: surroundings.largestNode,
        criticality: criticalityOf(
          { operator: effective.criticality, author: entry.criticality, priorityClass: entry.priorityClass },
          settings.priorityClasses,
        ),
        people: before?.spec ?? {},
        freezes: freezes.of(workload.namespace),
        opening: openings(windows),
      },
      { ...rulesOf(settings, policy), canary },
    )
    return status === before?.status ? undefined : { entry, before, status, pods }
  }

  async #write({ entry: { workload, mode }, before, status, pods }: Due, signal: AbortSignal): Promise<void> {
    const { client, known, logger, outbox } = this.#options
    const exists = before !== undefined
    const written = await writeRecommendation(client, workload, status, { exists, signal }).catch((error) => {
      // Somebody has deleted it, and the watch has not said so yet, or never will: next time it is made anew.
      if (error instanceof KubeError && error.status === 404) known.forget(workload)
      throw error
    })
    // Unless the watch has told meanwhile that it is gone.
    if (!exists || known.get(workload)) known.note(written)
    for (const change of changesOf({ before, status })) logger.info({ audit: true, ...workload, ...change }, 'trail')
    for (const news of newsOf(workload, before?.status, status, pods)) {
      await this.#news.tell(workload, news, signal)
      const type = NOTICED[news.reason]
      if (type) outbox?.put({ type, message: news.note, workload, revision: news.revision! })
    }
    const { state, summary } = status
    logger.info({ ...workload, mode, state, ...summary, applied: status.applied?.revision }, 'published')
  }

  /** Removes what belongs to workloads without a Pod for `forgetAfterDays`. */
  async #forgetTheVanished(signal: AbortSignal): Promise<void> {
    const { checkpoints, client, fleet, known, logger, settings, time } = this.#options
    const oldest = time.now() - settings.learner.forgetAfterDays * DAY_MILLISECONDS
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

/** What a new status adds to the trail. */
function changesOf({ before, status }: Pick<Due, 'before' | 'status'>): readonly Change[] {
  const { trail = [] } = status
  const last = before?.status?.trail?.at(-1)
  return trail.slice(last ? trail.indexOf(last) + 1 : 0)
}

const URGENT: ReadonlySet<Change['why']> = new Set(['RaisedAfterOomKill', 'RolledBack', 'Approved', 'Rejected', 'Held'])

/** What somebody waits for, or a container that is killed meanwhile. */
function isUrgent(due: Due): boolean {
  return changesOf(due).some(({ why }) => URGENT.has(why))
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
