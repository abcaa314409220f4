import { secondsOf } from '../api/index.ts'
import { podApi, RecentMemory } from '../apply/index.ts'
import { pause, pauseUntil, systemTime, type Time } from '../clock/index.ts'
import { ClusterInventory, Fleet, Freezes, Tenants } from '../fleet/index.ts'
import {
  constraintsReflectors,
  followClusterFreeze,
  followFleet,
  followNodes,
  followSloObjects,
  type KnownExperiments,
  KnownRecommendations,
  policyReflector,
} from '../informers/index.ts'
import { createLearner, NodeClasses } from '../learner/index.ts'
import { Outbox } from '../notices/index.ts'
import { PolicyIndex } from '../policy/index.ts'
import { ConstraintsIndex } from '../sizing/index.ts'
import { SloObjects } from '../slos/index.ts'
import type { LearnerMetrics } from '../telemetry/index.ts'
import { runRules, workloadKey } from '../workloads/index.ts'
import { ApplicationProfiles } from './application-profiles.ts'
import { createApplier, createScaleDriver } from './applying.ts'
import { Boosting } from './boosting.ts'
import { Checkpoints } from './checkpoints.ts'
import type { ControllerContext } from './context.ts'
import { CpuOfSlow } from './cpu-of-slow.ts'
import { ExperimentProposals } from './experiment-proposals.ts'
import { FleetPublication } from './fleet-publication.ts'
import { type CountNodes, NodeCounts } from './node-counts.ts'
import { OwnerChecks } from './owner-checks.ts'
import { PolicyConditions } from './policy-conditions.ts'
import { PressureWatch } from './pressure-watch.ts'
import { Reconciler } from './reconciler.ts'
import { ResizeAbility } from './resize-ability.ts'
import { SloPrices } from './slo-prices.ts'
import { SloReadings } from './slo-readings.ts'
import { SloShareHistory } from './slo-shares.ts'
import { StartupUsage } from './startup-usage.ts'
import { StatusWrites } from './status-writes.ts'
import { attempt, runSteps, type Step } from './steps.ts'
import type { Takes } from './takes.ts'
import { Teller } from './teller.ts'
import { type GuardOf, ThrottlingOfCanaries } from './throttling.ts'
import { chooseUsage } from './usage.ts'
import { UsageIntake } from './usage-intake.ts'
import { VanishedWorkloads } from './vanished-workloads.ts'
import { whenAble } from './when-able.ts'
import { WorkloadEvents } from './workload-events.ts'
import { WriteQueue } from './write-queue.ts'
import { Writer } from './writer.ts'

export interface ControllerOptions extends Omit<ControllerContext, 'time'> {
  /** Clock for the time of day, pauses and timeouts; the system's clock if undefined. */
  readonly time?: Time
  /** What Experiments found; none where experiments are not enabled. */
  readonly experiments?: Pick<KnownExperiments, 'all'>
  /** Name of the Secret in which what runs is published for the dashboard; undefined if there is no dashboard. */
  readonly fleetSecret?: string | undefined
  /** Counts the nodes that are needed; undefined where nobody asks for that. */
  readonly countNodes?: CountNodes | undefined
}

const SYNC_MILLISECONDS = 100
const RETRY_MILLISECONDS = 5_000
const EVENTS_SECONDS = 10

/**
 * Runs the leading learner until the signal aborts: it follows the cluster, takes in usage, and computes and writes the
 * Recommendations. Steps run one after another, because Recommendations must be based on all usage that could be read; writes run in
 * parallel to them, at the rate of their budgets.
 */
export async function runController(
  { time = systemTime, fleetSecret, countNodes, experiments: ended = { all: () => [] }, ...options }: ControllerOptions,
  metrics: LearnerMetrics,
  signal: AbortSignal,
): Promise<void> {
  const context: ControllerContext = { ...options, time }
  const { cluster, settings } = context
  const queue = new WriteQueue()
  const fleet = new Fleet(settings.namespace)
  const learner = createLearner({
    minimumHistory: settings.learner.minimumHistory,
    changes: { aDay: settings.changes.aDay, lowerEveryHours: secondsOf(settings.changes.lowerEvery) / 3600 },
  })
  const policies = new PolicyIndex(cluster)
  const inventory = new ClusterInventory()
  const freezes = new Freezes()
  const known = new KnownRecommendations(context)
  const conditions = new PolicyConditions(context, queue)
  const constraints = new ConstraintsIndex()
  const memory = new RecentMemory()
  const workloadEvents = new WorkloadEvents(context)
  const ability = new ResizeAbility(context)
  const applies = settings.apply.running !== 'never'
  const followed = [
    known,
    policyReflector(context, policies, (policy) => conditions.note(policy)),
    followNodes(context, inventory, settings.nodeClasses.labels),
    followClusterFreeze(context, settings.namespace, freezes),
  ]
  const keepsScalePoint = applies && settings.autoscalers === 'keepScalePoint'
  const tenants = new Tenants(settings.profiles)
  const informing = { ...context, rules: runRules(settings.runLabels), keepsScalePoint, tenants }
  const namespaces = followFleet(informing, fleet, inventory, freezes, signal)
  const following = followed.map((one) => one.run(signal))

  const outbox = createOutbox(context)
  const sending = outbox?.run(signal)
  const usage = chooseUsage(context, fleet, metrics, (namespace) => slos.withLatency(namespace))
  const objects = new SloObjects()
  const followingSlos = followSloObjects(context, settings.slos.objects, objects, signal)
  const guardOf: GuardOf = (namespace) => usage.guardOf?.(namespace)
  const slos = new SloReadings({ ...context, fleet, policies, objects, guardOf })
  const api = podApi(context.client, time, (request) => metrics.applyRequests.inc({ request }))
  const startups = new StartupUsage(fleet, settings.prometheus?.stepSeconds ?? settings.learner.sampleEverySeconds)
  const boosting = new Boosting({ ...context, fleet, inventory, policies, ability, usage: startups, workloadEvents })
  const pressure = applies ? new PressureWatch({ fleet, inventory, nowSeconds: () => time.now() / 1000 }) : undefined
  const nodeClasses = settings.nodeClasses.enabled
    ? new NodeClasses({
        learner,
        nodeOf: (namespace, pod) => inventory.node(fleet.podOf(namespace, pod)?.placement.node ?? ''),
      })
    : undefined
  const taking = startups.listeningTo(noting(nodeClasses ?? learner, memory, (samples) => pressure?.note(samples)))
  const sloShares = new SloShareHistory(secondsOf(settings.slos.burn.short))
  const nodeCounts = new NodeCounts(metrics, time)
  const publication =
    fleetSecret === undefined
      ? undefined
      : new FleetPublication({ ...context, fleet, queue, secret: fleetSecret, slos: sloShares, nodes: nodeCounts })
  const intake = new UsageIntake({
    ...{ time, usage, outbox, metrics },
    learner: publication?.listeningTo(taking) ?? taking,
  })
  const throttling = new ThrottlingOfCanaries(context, guardOf)
  const windowSeconds = secondsOf(settings.slos.burn.short)
  const slow = new CpuOfSlow(context, windowSeconds, guardOf)
  const experiments = new ExperimentProposals({ ...context, fleet, policies, slos, experiments: ended })
  const sloPrices = new SloPrices({
    readingsOf: (workload) => slos.readingsOf(workload),
    windowSeconds,
    minimumShare: settings.minimumChange.share,
    usedCoresOf: (workload, pod, container) => slow.usedCoresOf(workload, pod, container),
    throttledShareOf: (workload) => slow.throttledShareOf(workload),
    trialsOf: (workload, container) => experiments.trialsOf(workload, container),
  })
  const applier = applies
    ? createApplier({
        ...{ ...context, api, fleet, inventory, policies, known, freezes, constraints, memory, metrics },
        ...{ ability, slos, sloPrices, workloadEvents },
      })
    : undefined
  const checkpoints = new Checkpoints({ ...context, learner, queue, isNeeded: !usage.hasHistory })
  const profiles = new ApplicationProfiles({ ...context, learner, tenants })
  const vanished = new VanishedWorkloads({ ...context, fleet, known, learner, checkpoints, queue })
  const teller = new Teller({ ...context, outbox, metrics, workloadEvents })
  const writes = new StatusWrites({ ...context, known, metrics, teller })
  const owners = new OwnerChecks({ ...context, fleet })
  const reconciler = new Reconciler({
    ...context,
    ...{ fleet, inventory, learner, policies, known, freezes, throttling, queue, writes },
    ...{ ability, applier, boosting, experiments, metrics, nodeClasses, pressure, profiles, sloPrices, slos },
  })

  const isSynced = () => followed.every((one) => one.isSynced) && namespaces.isSynced()
  await pauseUntil(isSynced, time, SYNC_MILLISECONDS, signal)
  // Restore first: otherwise newly learned state would replace the saved state.
  const restoring = {
    what: 'restoring checkpoints',
    run: async () => {
      await checkpoints.restore(signal)
      await profiles.restore(signal)
    },
  }
  while (!signal.aborted && !(await attempt(restoring, context, signal))) {
    await pause(time, RETRY_MILLISECONDS, signal)
  }
  const { sampleEverySeconds, publishEverySeconds } = settings.learner
  const steps: readonly Step[] = [
    { what: 'taking in usage', everySeconds: sampleEverySeconds, run: () => intake.run(signal) },
    {
      what: 'asking about throttling',
      everySeconds: publishEverySeconds,
      run: () => throttling.refresh(fleet.workloads(), (workload) => known.get(workload)?.status?.canary, signal),
    },
    {
      what: 'reading SLOs',
      everySeconds: slos.everySeconds,
      run: async () => {
        await slos.refresh(signal)
        const workloads = Array.from(fleet.workloads(), ({ workload }) => workload)
        if (publication) sloShares.note(workloads, (workload) => slos.readingsOf(workload))
      },
    },
    {
      what: 'asking about CPU of slow workloads',
      everySeconds: publishEverySeconds,
      run: () => slow.refresh(fleet.workloads(), (workload) => sloPrices.mayNeedCpu(workload), signal),
    },
    ...(applies ? [{ what: 'asking about pods/resize', everySeconds: 60, run: () => ability.refresh(signal) }] : []),
    { what: 'checking owners', everySeconds: publishEverySeconds, run: () => owners.run(signal) },
    {
      what: 'reading what experiments propose',
      everySeconds: publishEverySeconds,
      run: () => experiments.run(signal),
    },
    {
      what: 'publishing',
      everySeconds: publishEverySeconds,
      run: async () => {
        startups.settle(time.now() / 1000)
        await reconciler.run(signal)
        metrics.podsChanged.set(fleet.podsChanged)
        metrics.lastPublished.set(time.now() / 1000)
      },
    },
    {
      what: 'forgetting',
      everySeconds: publishEverySeconds,
      run: () => {
        pressure?.keep()
        const running = new Set(Array.from(fleet.workloads(), ({ workload }) => workloadKey(workload)))
        sloPrices.keep(running)
        vanished.run()
        nodeClasses?.keep(running)
        memory.prune(time.now() / 1000)
      },
    },
    ...(pressure && settings.approval.exempt.includes('pressure')
      ? [
          {
            what: 'looking for pressure',
            everySeconds: secondsOf(settings.changes.protectEvery),
            run: async () => {
              if (!ability.isAble) return
              pressure.note((await usage.sampleNow?.(signal)) ?? [])
              if (pressure.hasNews()) await reconciler.run(signal)
            },
          },
        ]
      : []),
    { what: 'settling Events', everySeconds: EVENTS_SECONDS, run: () => context.events.settle() },
    { what: 'writing conditions', everySeconds: publishEverySeconds, run: () => conditions.run() },
    { what: 'publishing what runs', everySeconds: publishEverySeconds, run: () => publication?.run() },
    { what: 'checkpointing', everySeconds: sampleEverySeconds, run: () => checkpoints.run() },
    { what: 'saving profiles', everySeconds: publishEverySeconds, run: () => profiles.save(signal) },
  ]
  const writing = new Writer({ ...context, queue, metrics }).run(signal)
  // Also if no Pod can be resized, because targets follow the values of new Pods.
  const scaling = applies
    ? createScaleDriver({ ...context, fleet, inventory, policies, known, freezes, constraints, memory, metrics })?.run(
        signal,
      )
    : undefined
  const applying =
    applier &&
    whenAble(
      (signal) => applier.run(signal),
      { ability, constraints: constraintsReflectors(context, constraints), time },
      signal,
    )
  const counting = countNodes && runSteps([nodeCounts.step(countNodes)], context, signal)
  const boosts = applies ? boosting.driver(api, metrics).run(signal) : undefined
  await runSteps(steps, context, signal)
  await Promise.all([
    ...following,
    followingSlos,
    namespaces.done,
    sending,
    writing,
    applying,
    boosts,
    scaling,
    counting,
  ])
}

/** Passes usage to the learner, and notes the memory of the last hours, by which running Pods are resized, and what is used now. */
function noting(learner: Takes, memory: RecentMemory, noteRecent: Takes['observe']): Takes {
  return {
    observe: (samples) => {
      memory.note(samples)
      noteRecent(samples)
      learner.observe(samples)
    },
    observeOomKill: (kill) => learner.observeOomKill(kill),
  }
}

function createOutbox({ settings: { notices }, logger }: ControllerContext): Outbox | undefined {
  if (!notices) return undefined
  return new Outbox({
    ...notices,
    onDropped: ({ type, id }, why) => logger.warn({ type, id, why }, 'a notice was given up'),
    onRetry: ({ type, id }, why, waitMilliseconds) =>
      logger.debug({ type, id, why, waitMilliseconds }, 'a notice waits'),
  })
}
