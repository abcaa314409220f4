import { ClusterInventory, Fleet, Freezes } from '../../fleet/index.ts'
import { pause, systemTime } from '../../kube/index.ts'
import { createLearner } from '../../learner/index.ts'
import { Outbox } from '../../notices/index.ts'
import { PolicyIndex } from '../../policy/index.ts'
import type { LearnerMetrics } from '../../telemetry/index.ts'
import { policyReflector } from '../watch-policies.ts'
import { Checkpoints } from './checkpoints.ts'
import type { LeadContext } from './context.ts'
import { followClusterFreeze, followFleet } from './follow-fleet.ts'
import { followNodes } from './follow-surroundings.ts'
import { HistoryWatch } from './history-watch.ts'
import { PolicyConditions } from './policy-conditions.ts'
import { Publisher } from './publisher.ts'
import { KnownRecommendations } from './recommendations.ts'
import { ThrottlingOfCanaries } from './throttling.ts'
import { chooseUsage } from './usage.ts'

/** What the leading learner does until it leads no more: follow the cluster, take in usage, publish. */
export async function lead(context: LeadContext, metrics: LearnerMetrics, signal: AbortSignal): Promise<void> {
  const { client, cluster, settings, logger } = context
  const fleet = new Fleet(settings.namespace)
  const learner = createLearner({ minimumHistory: settings.learner.minimumHistory })
  const book = new PolicyIndex(cluster)
  const known = new KnownRecommendations(client, logger)
  const conditions = new PolicyConditions(context)
  const policies = policyReflector(client, book, logger, (policy) => conditions.note(policy))
  const surroundings = new ClusterInventory()
  const nodes = followNodes(context, surroundings)
  const freezes = new Freezes()
  const freeze = followClusterFreeze(context, freezes)
  const namespaces = followFleet(context, fleet, surroundings, freezes, signal)
  const followed = [known, policies, nodes, freeze]
  const following = followed.map((one) => one.run(signal))
  const history = new HistoryWatch(STALE_MILLISECONDS)
  const usage = chooseUsage(context, fleet)
  const checkpoints = new Checkpoints({ ...context, learner, isNeeded: !usage.hasHistory })
  const throttling = new ThrottlingOfCanaries(context)
  const outbox = createOutbox(context)
  const publisher = new Publisher({
    ...context,
    metrics,
    outbox,
    fleet,
    surroundings,
    freezes,
    learner,
    book,
    known,
    checkpoints,
    throttling,
  })

  const sending = outbox?.run(signal)
  const isSynced = () => followed.every((one) => one.isSynced) && namespaces.isSynced()
  while (!signal.aborted && !isSynced()) await pause(systemTime, 100, signal)
  // Not before this has worked: what is learned from here on would take the place of what was saved.
  while (!signal.aborted && !(await attempt('restoring checkpoints', () => checkpoints.restore(signal)))) {
    await pause(systemTime, RETRY_MILLISECONDS, signal)
  }
  const work = [
    ['taking in usage', settings.learner.sampleEverySeconds, takeInUsage],
    ['publishing', settings.learner.publishEverySeconds, publish],
    ['writing conditions', settings.learner.publishEverySeconds, () => conditions.write(signal)],
    ['checkpointing', settings.learner.sampleEverySeconds, () => checkpoints.write(signal)],
  ] as const
  const lastAt = new Map<string, number>()
  while (!signal.aborted) {
    for (const [what, everySeconds, step] of work) {
      const last = lastAt.get(what) ?? Number.NEGATIVE_INFINITY
      if (signal.aborted || performance.now() - last < everySeconds * 1000) continue
      lastAt.set(what, performance.now())
      await attempt(what, step)
    }
    await pause(systemTime, TICK_MILLISECONDS, signal)
  }
  await Promise.all([...following, namespaces.done, sending])

  async function takeInUsage(): Promise<void> {
    try {
      await usage.takeIn(learner, signal)
    } catch (error) {
      const notice = history.failed(error as Error, performance.now())
      if (notice) outbox?.put(notice)
      throw error
    }
    history.succeeded()
    metrics.lastUsage.setToCurrentTime()
  }

  async function publish(): Promise<void> {
    await publisher.publish(signal)
    metrics.lastPublished.setToCurrentTime()
  }

  /** Whatever fails is tried again at its next turn; nothing else waits for it. */
  async function attempt(what: string, step: () => Promise<void>): Promise<boolean> {
    try {
      await step()
      return true
    } catch (error) {
      if (!signal.aborted) logger.warn({ error }, `${what} failed`)
      return false
    }
  }
}

function createOutbox({ settings: { notices }, logger }: LeadContext): Outbox | undefined {
  if (!notices) return undefined
  return new Outbox({
    ...notices,
    onDropped: ({ type, id }, why) => logger.warn({ type, id, why }, 'a notice was given up'),
    onRetry: ({ type, id }, why, waitMilliseconds) =>
      logger.debug({ type, id, why, waitMilliseconds }, 'a notice waits'),
  })
}

/** Usage that has not come for so long is worth waking somebody. */
const STALE_MILLISECONDS = 15 * 60_000
const TICK_MILLISECONDS = 500
const RETRY_MILLISECONDS = 5_000
