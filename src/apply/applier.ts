import { type RunningStatus, secondsOf } from '../api/index.ts'
import { pause, type Time } from '../clock/index.ts'
import type { Settings } from '../config/index.ts'
import type { ApiPod, ClusterInventory } from '../fleet/index.ts'
import { type EventRecorder, TokenBucket } from '../kube/index.ts'
import type { Effective } from '../policy/index.ts'
import type { Nanos } from '../resources/index.ts'
import type { TroubleSeen } from '../revisions/index.ts'
import type { AdmissionConstraints } from '../sizing/index.ts'
import type { LearnerMetrics, Logger } from '../telemetry/index.ts'
import { type Workload, workloadKey } from '../workloads/index.ts'
import { drive, type Outcome } from './drive.ts'
import type { Finding } from './finding.ts'
import { LookAgain, type Patience } from './look-again.ts'
import { type ApplicableWorkload, type Candidate, type FleetPlan, planFleet } from './plan-fleet.ts'
import { planPod } from './plan-pod.ts'
import type { PodApi } from './pod-api.ts'
import { RaiseBudget } from './raise-budget.ts'
import { Refusals } from './refusals.ts'
import type { RestartApi } from './restart/restart-api.ts'
import { Restarter } from './restart/restarter.ts'
import { roomProblem, successorsRaises } from './restart/successor.ts'
import { tellRestart } from './restart/tell-restart.ts'
import { summarizeRunning } from './summarize-running.ts'
import { revisionOf } from './target.ts'
import { tellOutcome } from './tell-outcome.ts'

export interface ApplierOptions {
  readonly api: PodApi
  readonly restarts: RestartApi
  readonly settings: Settings['apply']
  readonly time: Time
  readonly logger: Logger
  readonly events: Pick<EventRecorder, 'record'>
  readonly metrics: Pick<LearnerMetrics, 'applyOutcomes' | 'applyPods'>
  readonly inventory: Pick<ClusterInventory, 'node' | 'allocatable'>
  /** Workloads with a Recommendation, as they are now. */
  readonly workloads: () => Iterable<ApplicableWorkload>
  readonly policyOf: (entry: ApplicableWorkload) => Effective['policy']
  readonly constraintsOf: (namespace: string) => AdmissionConstraints
  /** Highest memory usage within the last 24 hours; undefined if that is not known. */
  readonly peakMemory: (entry: ApplicableWorkload, container: string) => Nanos | undefined
}

const PASS_MILLISECONDS = 1_000
/** Burst of resizes after a quiet time. */
const BURST = 10
/** How long nothing is resized after the API server has said that it cannot be done at all. */
const UNABLE_MILLISECONDS = 10 * 60_000

/** Brings running Pods to what is applied, one step after another. It keeps nothing that its successor could not find in the cluster. */
export class Applier {
  readonly #options: ApplierOptions
  readonly #looks = new LookAgain()
  readonly #refusals = new Refusals()
  readonly #pace: TokenBucket
  readonly #raises: RaiseBudget
  readonly #restarter: Restarter
  readonly #findings = new Map<string, Finding>()
  /** Trouble that Recommendations do not know yet, by the key of the workload. */
  readonly #troubles = new Map<string, TroubleSeen>()
  #plan: FleetPlan | undefined
  /** Findings of the last pass by the key of the workload; undefined until they are asked for, and when one has changed. */
  #byWorkload: ReadonlyMap<string, readonly Finding[]> | undefined
  #ableAtMilliseconds = 0

  constructor(options: ApplierOptions) {
    const { settings, time } = options
    this.#options = options
    this.#pace = new TokenBucket({ perSecond: settings.podsPerSecond, burst: BURST }, time)
    this.#raises = new RaiseBudget(settings.raiseShare)
    this.#restarter = new Restarter({
      ...{ api: options.restarts, settings, time, logger: options.logger },
      resize: (candidate, signal) => this.#step(candidate, signal, true),
      obstacle: (candidate, pod, signal) => this.#obstacleToSuccessor(candidate, pod, signal),
      tell: (told) => {
        options.metrics.applyOutcomes.inc({ outcome: `restarted by ${told.by}` })
        tellRestart(options, told)
      },
    })
  }

  /** Applies until the signal aborts. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    const { time, logger } = this.#options
    while (!signal.aborted) {
      await this.pass(signal).catch((error) => {
        if (!signal.aborted) logger.warn({ error }, 'applying to running Pods failed')
      })
      await pause(time, PASS_MILLISECONDS, signal)
    }
  }

  /** Looks at every workload once, and takes the steps that are due and within the pace. */
  async pass(signal: AbortSignal): Promise<void> {
    const { time, settings, inventory, workloads } = this.#options
    if (time.elapsed() < this.#ableAtMilliseconds) return
    const plan = planFleet({
      workloads: workloads(),
      node: (name) => inventory.node(name),
      podsPerNode: settings.podsPerNode,
      betweenBatchesMilliseconds: secondsOf(settings.betweenBatches) * 1000,
      now: new Date(time.now()),
      troubleOf: (workload) => this.troubleOf(workload),
    })
    this.#plan = plan
    this.#byWorkload = undefined
    this.#troubles.clear()
    for (const { workload, trouble } of plan.troubles) this.#troubles.set(workloadKey(workload), trouble)
    this.#forget(plan)
    for (const candidate of plan.candidates) {
      if (signal.aborted || time.elapsed() < this.#ableAtMilliseconds) return
      if (!this.#looks.isDue(candidate.pod.uid, stateOf(candidate), time.elapsed())) continue
      if (candidate.urgency !== 'finish' && !this.#pace.tryTake()) break
      await this.#step(candidate, signal)
    }
    await this.#restarter.pass(plan.candidates, (uid) => this.#findings.get(uid), signal)
    this.#count(plan)
  }

  /** Trouble of a revision in a Pod that has gone back since; undefined if there is none. */
  troubleOf(workload: Workload): TroubleSeen | undefined {
    return this.#troubles.get(workloadKey(workload))
  }

  /** What the status of a Recommendation should say about the running Pods of a workload; undefined if nothing. */
  summaryOf(workload: Workload, stored: RunningStatus | undefined): RunningStatus | undefined {
    const key = workloadKey(workload)
    this.#byWorkload ??= this.#findingsByWorkload()
    return summarizeRunning(this.#refusals.of(key, stored), this.#byWorkload.get(key) ?? [])
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
      const revision = revisionOf(target)
      const step = planPod({
        ...{ pod: now, workload, target, mayRestart, now: new Date(time.now()) },
        policy: this.#options.policyOf(entry),
        constraints: this.#options.constraintsOf(workload.namespace),
        peakMemory: (container) => this.#options.peakMemory(entry, container),
        refused: this.#refusals.reasonFor(workloadKey(workload), entry.status.running, { node, revision }),
        withdrawAfterMilliseconds: secondsOf(settings.withdrawAfter) * 1000,
      })
      const outcome = await drive(now, step, {
        ...{ api, node: inventory.node(node), signal },
        mayAdd: (raises) =>
          candidate.urgency !== 'raise' || this.#raises.has(raises, inventory.allocatable, time.elapsed()),
      })
      metrics.applyOutcomes.inc({ outcome: outcome.is })
      if (outcome.is === 'resized') this.#raises.spend(outcome.step.raises, time.elapsed())
      this.#found(candidate, outcome, { node, revision })
      tellOutcome(this.#options, candidate, outcome)
      note(patienceAfter(outcome))
      return outcome
    } catch (error) {
      if (signal.aborted) return undefined
      metrics.applyOutcomes.inc({ outcome: 'failed' })
      logger.warn({ error, ...workload, pod: pod.name }, 'a step for a running Pod failed, and is tried again')
      note('later')
      return undefined
    }
  }

  /** Why evicting a Pod would not help: its successor would have the same values, or no room on the node. */
  async #obstacleToSuccessor(
    { entry, target }: Candidate,
    pod: ApiPod,
    signal: AbortSignal,
  ): Promise<Finding | undefined> {
    const { api, inventory, time } = this.#options
    const raises = successorsRaises({
      ...{ pod, target, workload: entry.workload, policy: this.#options.policyOf(entry) },
      constraints: this.#options.constraintsOf(entry.workload.namespace),
    })
    if ('reason' in raises) return raises
    if (!this.#raises.has(raises, inventory.allocatable, time.elapsed())) return { reason: 'WaitsForOthers' }
    const node = inventory.node(pod.spec?.nodeName ?? '')
    return roomProblem(node, node ? await api.ofNode(node.name, signal) : [], raises)
  }

  #found({ entry, pod }: Candidate, outcome: Outcome, at: { readonly node: string; readonly revision: number }): void {
    const { logger, time } = this.#options
    this.#byWorkload = undefined
    if (outcome.is === 'unable') {
      this.#ableAtMilliseconds = time.elapsed() + UNABLE_MILLISECONDS
      logger.warn({ why: outcome.why, message: outcome.message }, 'running Pods cannot be resized')
      return
    }
    if (!('reason' in outcome)) {
      this.#findings.delete(pod.uid)
      return
    }
    const { reason, message } = outcome
    this.#findings.set(pod.uid, { reason, message })
    const isForGood = reason === 'ResizeRefused' || reason === 'ResizeInfeasible'
    if (!isForGood) return
    const refusal = {
      ...at,
      reason,
      time: new Date(time.now()).toISOString(),
      ...(message && { message: message.slice(0, 200) }),
    }
    this.#refusals.add(workloadKey(entry.workload), refusal)
  }

  /** Why a Pod does not have what it should: why it is not restarted either, or why it is not resized. */
  #findingOf(uid: string): Finding | undefined {
    return this.#restarter.findingOf(uid) ?? this.#findings.get(uid)
  }

  /** Grouped in one go, because every workload asks. */
  #findingsByWorkload(): ReadonlyMap<string, readonly Finding[]> {
    const { candidates = [], waiting } = this.#plan ?? {}
    const all = [
      ...candidates.map(({ entry, pod }) => ({ entry, finding: this.#findingOf(pod.uid) })),
      ...Array.from(waiting?.values() ?? [], ({ entry, reason }) => ({ entry, finding: { reason } })),
    ]
    const byWorkload = new Map<string, Finding[]>()
    for (const { entry, finding } of all) {
      if (!finding) continue
      const key = workloadKey(entry.workload)
      const known = byWorkload.get(key)
      if (known) known.push(finding)
      else byWorkload.set(key, [finding])
    }
    return byWorkload
  }

  #forget({ candidates, waiting }: FleetPlan): void {
    const uids = new Set(candidates.map(({ pod }) => pod.uid))
    this.#looks.keep(uids)
    for (const uid of this.#findings.keys()) if (!uids.has(uid)) this.#findings.delete(uid)
    const revisions = new Map<string, Set<number>>()
    for (const { entry } of [...candidates, ...waiting.values()]) {
      const { applied, canary, lastGood } = entry.status
      const all = [applied?.revision, canary?.revision.revision, lastGood?.revision].filter((one) => one !== undefined)
      revisions.set(workloadKey(entry.workload), new Set(all))
    }
    this.#refusals.keep(revisions)
  }

  #count({ candidates, waiting, carrying }: FleetPlan): void {
    const { applyPods } = this.#options.metrics
    const counts = new Map<string, number>([['Carrying', carrying]])
    const add = (reason: string) => counts.set(reason, (counts.get(reason) ?? 0) + 1)
    for (const { pod } of candidates) add(this.#findingOf(pod.uid)?.reason ?? 'Resizing')
    for (const { reason } of waiting.values()) add(reason)
    applyPods.reset()
    for (const [reason, count] of counts) applyPods.set({ reason }, count)
  }
}

/** What is known of a Pod without a request, and what it should carry: if this changes, another look is due. */
function stateOf({ pod, target, urgency }: Candidate): string {
  const { carries, placement, restarts } = pod
  const values = Array.from(pod.containers.values(), ({ resize }) => resize?.state ?? '')
  const to = target.of === 'revision' ? target.revision : 'author'
  return [
    to,
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

function patienceAfter(outcome: Outcome): Patience {
  switch (outcome.is) {
    case 'nothing':
    case 'gone':
      return 'rarely'
    case 'left':
    case 'refused':
    case 'unable':
      return 'later'
    default:
      return 'soon'
  }
}
