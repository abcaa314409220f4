import { type RunningStatus, secondsOf } from '../api/index.ts'
import type { Time } from '../clock/index.ts'
import type { Settings } from '../config/index.ts'
import type { ApiPod, ClusterInventory } from '../fleet/index.ts'
import { type EventRecorder, TokenBucket } from '../kube/index.ts'
import type { Effective, Labels, ReasonCode } from '../policy/index.ts'
import type { Nanos } from '../resources/index.ts'
import type { TroubleSeen } from '../revisions/index.ts'
import type { AdmissionConstraints } from '../sizing/index.ts'
import type { LearnerMetrics, Logger } from '../telemetry/index.ts'
import { type Workload, workloadKey } from '../workloads/index.ts'
import { type Ability, noteAbility } from './ability.ts'
import { countedReason, findingOf, patienceAfter, refusalIn, reviewOf } from './after-step.ts'
import { drive, type Outcome } from './drive.ts'
import type { Finding } from './finding.ts'
import { Findings } from './findings.ts'
import { roomProblem } from './headroom.ts'
import { LookAgain, type Patience } from './look-again.ts'
import type { WorkloadEvents } from './on-workload.ts'
import { type ApplicableWorkload, type Candidate, type FleetPlan, planFleet } from './plan-fleet.ts'
import { planPod } from './plan-pod.ts'
import type { PodApi } from './pod-api.ts'
import { RaiseBudget } from './raise-budget.ts'
import { type Attempt, Refusals } from './refusals.ts'
import type { RestartApi } from './restart/restart-api.ts'
import { Restarter } from './restart/restarter.ts'
import { successorsRaises } from './restart/successor.ts'
import { tellRestart } from './restart/tell-restart.ts'
import { Reviews } from './reviews.ts'
import { runPasses } from './run-passes.ts'
import { summarizeRunning } from './summarize-running.ts'
import { NO_REVISION, revisionOf } from './target.ts'
import { tellOutcome } from './tell-outcome.ts'
import { isRaise } from './urgency.ts'

export interface ApplierOptions {
  readonly api: PodApi
  readonly restarts: RestartApi
  readonly settings: Settings['apply']
  readonly time: Time
  readonly logger: Logger
  readonly events: Pick<EventRecorder, 'record'>
  readonly workloadEvents: WorkloadEvents
  readonly metrics: Pick<LearnerMetrics, 'applyLookedAt' | 'applyOutcomes' | 'applyPods'>
  readonly inventory: Pick<ClusterInventory, 'node' | 'allocatable'>
  readonly ability: Ability
  /** Workloads with a Recommendation, in their current state. */
  readonly workloads: () => Iterable<ApplicableWorkload>
  /** Policy of one Pod, selected by its labels, as for the webhook. */
  readonly policyOf: (namespace: string, labels: Labels) => Effective['policy']
  readonly constraintsOf: (namespace: string) => AdmissionConstraints
  /** Highest memory usage within the last 24 hours; undefined if unknown. */
  readonly peakMemory: (entry: ApplicableWorkload, container: string) => Nanos | undefined
  /** Memory of reviews; by default a new one. */
  readonly reviews?: Reviews
}

/** Burst of resizes after a quiet period. */
const BURST = 10
/** Pace of looking at Pods that carry their revision; each look is one read. */
const REVIEWS = { perSecond: 5, burst: 10 }

/** Resizes running Pods to the applied revision, step by step. All lasting state is in the cluster, where its successor finds it. */
export class Applier {
  readonly #options: ApplierOptions
  readonly #looks = new LookAgain()
  readonly #refusals = new Refusals()
  readonly #pace: TokenBucket
  readonly #reviewPace: TokenBucket
  readonly #raises: RaiseBudget
  readonly #reviews: Reviews
  readonly #restarter: Restarter
  /** The reason why a Pod is not restarted is more useful than the reason why a resize in place is not enough. */
  readonly #findings = new Findings((uid) => this.#restarter.findingOf(uid))
  /** Trouble that is not in the Recommendation yet, by the key of the workload. */
  readonly #troubles = new Map<string, TroubleSeen>()

  constructor(options: ApplierOptions) {
    const { settings, time } = options
    this.#options = options
    this.#pace = new TokenBucket({ perSecond: settings.podsPerSecond, burst: BURST }, time)
    this.#reviewPace = new TokenBucket(REVIEWS, time)
    this.#raises = new RaiseBudget(settings.raiseShare)
    this.#reviews = options.reviews ?? new Reviews()
    this.#restarter = new Restarter({
      ...{ api: options.restarts, settings, time, logger: options.logger },
      resize: (candidate, signal) => this.#step(candidate, signal, true),
      obstacle: (candidate, pod, signal) => this.#obstacleToSuccessor(candidate, pod, signal),
      tell: (told) => {
        options.metrics.applyOutcomes.inc({ outcome: `restarted by ${told.by}`, reason: told.why.reason })
        tellRestart(options, told)
      },
      count: (outcome, reason) => options.metrics.applyOutcomes.inc({ outcome: `restart ${outcome}`, reason }),
    })
  }

  /** Runs until the signal aborts. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    await runPasses('applying to running Pods', (signal) => this.pass(signal), this.#options, signal)
  }

  /** Looks at every workload once, and takes the steps that are due and allowed by the pace. */
  async pass(signal: AbortSignal): Promise<void> {
    const { ability, time, settings, inventory, workloads } = this.#options
    if (!ability.mayTry) return
    this.#reviews.begin()
    const plan = planFleet({
      workloads: workloads(),
      node: (name) => inventory.node(name),
      podsPerNode: settings.podsPerNode,
      betweenBatchesMilliseconds: secondsOf(settings.betweenBatches) * 1000,
      now: new Date(time.now()),
      troubleOf: (workload) => this.troubleOf(workload),
      reviewOf: (entry, pod) => this.#reviews.of(this.#reviewed(entry, pod)),
      isStuck: (one) => this.#looks.isStuck(one.pod.uid, stateOf(one), time.elapsed()),
    })
    this.#findings.begin(plan)
    this.#troubles.clear()
    for (const { workload, trouble } of plan.troubles) this.#troubles.set(workloadKey(workload), trouble)
    this.#forget(plan)
    for (const candidate of plan.candidates) {
      if (signal.aborted || !ability.mayTry) return
      if (!this.#looks.isDue(candidate.pod.uid, stateOf(candidate), time.elapsed())) continue
      if (!this.#mayStep(candidate)) break
      await this.#step(candidate, signal)
    }
    await this.#restarter.pass(plan.candidates, (uid) => this.#findings.ofResize(uid), signal)
    this.#findings.changed()
    this.#count()
    this.#options.metrics.applyLookedAt.set(time.now() / 1000)
  }

  #reviewed(
    { policyDigest, mayLower = true, workload }: ApplicableWorkload,
    { uid, carries, placement }: Candidate['pod'],
  ) {
    const revision = carries?.revision ?? NO_REVISION
    const classes = workload.kind === 'DaemonSet' ? this.#options.inventory.node(placement.node ?? '')?.classes : []
    const digest = [policyDigest, ...(mayLower ? [] : ['kept']), ...(classes ?? [])].join('/')
    return { uid, revision, policyDigest: digest }
  }

  /** Whether the pace allows another step; candidates are in order, so those that follow have to wait as well. */
  #mayStep({ urgency }: Candidate): boolean {
    if (urgency === 'finish') return true
    return urgency === 'review' ? this.#reviewPace.tryTake() : this.#pace.tryTake()
  }

  /** Trouble of a revision in a Pod that was rolled back since; undefined if there is none. */
  troubleOf(workload: Workload): TroubleSeen | undefined {
    return this.#troubles.get(workloadKey(workload))
  }

  /** What the status of a Recommendation should say about the running Pods of a workload; undefined if nothing. */
  summaryOf(workload: Workload, stored: RunningStatus | undefined): RunningStatus | undefined {
    return summarizeRunning(this.#refusals.of(workloadKey(workload), stored), this.#findings.of(workload))
  }

  async #step(candidate: Candidate, signal: AbortSignal, mayRestart = false): Promise<Outcome | undefined> {
    const { api, inventory, settings, time, logger, metrics } = this.#options
    const { entry, pod, target } = candidate
    const { workload } = entry
    const state = stateOf(candidate)
    const note = (patience: Patience) => this.#looks.note(pod.uid, state, patience, time.elapsed())
    try {
      const now = await api.get(workload.namespace, pod.name, signal)
      if (now.metadata?.uid !== pod.uid) {
        note('later')
        return undefined
      }
      const node = pod.placement.node ?? ''
      const attempt = { node, revision: revisionOf(target), policyDigest: entry.policyDigest }
      const refusal = this.#refusals.find(workloadKey(workload), entry.status.running, attempt)
      const step = planPod({
        ...{ pod: now, workload, target, mayRestart, mayLower: entry.mayLower, now: new Date(time.now()) },
        policy: this.#options.policyOf(workload.namespace, now.metadata?.labels ?? {}),
        constraints: this.#options.constraintsOf(workload.namespace),
        peakMemory: (container) => this.#options.peakMemory(entry, container),
        refused: refusal && { reason: refusal.reason as ReasonCode, message: refusal.message },
        withdrawAfterMilliseconds: secondsOf(settings.withdrawAfter) * 1000,
      })
      const review = candidate.urgency === 'review' ? reviewOf(step) : undefined
      if (review) {
        this.#reviews.note(this.#reviewed(entry, pod), review)
        metrics.applyOutcomes.inc({ outcome: 'reviewed', reason: '' })
        this.#findings.set(pod.uid, undefined)
        note('soon')
        return undefined
      }
      const outcome = await drive(now, step, {
        ...{ api, node: inventory.node(node), signal },
        mayAdd: (raises) =>
          !isRaise(candidate.urgency) || this.#raises.has(raises, inventory.allocatable, time.elapsed()),
      })
      metrics.applyOutcomes.inc({ outcome: outcome.is, reason: countedReason(outcome) })
      if (outcome.is === 'resized') {
        this.#raises.spend(outcome.step.raises, time.elapsed())
        this.#reviews.note({ ...this.#reviewed(entry, pod), revision: attempt.revision }, 'fits')
      }
      this.#found(candidate, outcome, attempt)
      await tellOutcome(this.#options, candidate, outcome, signal)
      note(patienceAfter(outcome))
      return outcome
    } catch (error) {
      if (signal.aborted) return undefined
      metrics.applyOutcomes.inc({ outcome: 'failed', reason: '' })
      logger.warn({ error, ...workload, pod: pod.name }, 'a step for a running Pod failed, and is tried again')
      note('later')
      return undefined
    }
  }

  /** Why evicting a Pod would not help: its successor would get the same values, or would not fit on the node. */
  async #obstacleToSuccessor(
    { entry, target }: Candidate,
    pod: ApiPod,
    signal: AbortSignal,
  ): Promise<Finding | undefined> {
    const { api, inventory, time } = this.#options
    const { namespace } = entry.workload
    const raises = successorsRaises({
      ...{ pod, target, workload: entry.workload },
      policy: this.#options.policyOf(namespace, pod.metadata?.labels ?? {}),
      constraints: this.#options.constraintsOf(namespace),
    })
    if ('reason' in raises) return raises
    if (!this.#raises.has(raises, inventory.allocatable, time.elapsed())) return { reason: 'WaitsForOthers' }
    return await roomProblem(api, inventory.node(pod.spec?.nodeName ?? ''), raises, signal)
  }

  #found({ entry, pod }: Candidate, outcome: Outcome, attempt: Attempt): void {
    const { ability, time } = this.#options
    noteAbility(ability, outcome)
    if (outcome.is === 'unable') return
    this.#findings.set(pod.uid, findingOf(outcome))
    const refusal = refusalIn(outcome)
    if (!refusal) return
    const { reason, message } = refusal
    this.#refusals.add(workloadKey(entry.workload), {
      ...{ ...attempt, reason, time: new Date(time.now()).toISOString() },
      ...(message && { message: message.slice(0, 200) }),
    })
  }

  #forget({ candidates, waiting }: FleetPlan): void {
    const uids = new Set(candidates.map(({ pod }) => pod.uid))
    this.#looks.keep(uids)
    const revisions = new Map<string, Set<number>>()
    for (const { status, workload } of new Set([...candidates, ...waiting.values()].map(({ entry }) => entry))) {
      const { applied, canary, lastGood } = status
      const all = [applied?.revision, canary?.revision.revision, lastGood?.revision].filter((one) => one !== undefined)
      revisions.set(workloadKey(workload), new Set(all))
    }
    this.#refusals.keep(revisions)
  }

  #count(): void {
    const { applyPods } = this.#options.metrics
    applyPods.reset()
    for (const [reason, count] of this.#findings.counts()) applyPods.set({ reason }, count)
  }
}

/** What was not lowered because of an SLO is looked at again when it may be. */
/** What is known of a Pod without a request, and what it should carry: if this changes, another look is due. */
function stateOf({ entry, pod, target, urgency }: Candidate): string {
  const { carries, placement, restarts } = pod
  const values = Array.from(pod.containers.values(), ({ resize }) => resize?.state ?? '')
  const to = target.of === 'revision' ? target.revision : 'author'
  return [
    to,
    entry.policyDigest,
    entry.mayLower,
    urgency,
    carries?.revision,
    carries?.since,
    placement.isResizing,
    placement.isReady,
    placement.stopped,
    restarts,
    ...values,
  ].join('/')
}
