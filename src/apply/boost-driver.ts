import type { Time } from '../clock/index.ts'
import type { FleetNode, FleetWorkload } from '../fleet/index.ts'
import type { EventRecorder } from '../kube/index.ts'
import { explainReason, type ReasonCode, runningOf, type StartupBoost } from '../policy/index.ts'
import type { LearnerMetrics, Logger } from '../telemetry/index.ts'
import type { Workload } from '../workloads/index.ts'
import { type Ability, noteAbility } from './ability.ts'
import { countedReason } from './after-step.ts'
import { boostDue, isOverdue } from './boost-due.ts'
import { describeChanges } from './describe-changes.ts'
import { drive, type Outcome } from './drive.ts'
import { LookAgain } from './look-again.ts'
import type { WorkloadEvents } from './on-workload.ts'
import { type BoostStep, planBoost } from './plan-boost.ts'
import type { PodApi } from './pod-api.ts'
import { runPasses } from './run-passes.ts'

type FleetPod = FleetWorkload['pods'][number]

/** A workload whose Pods may have boosts. */
export interface BoostedWorkload extends Pick<FleetWorkload, 'workload' | 'pods'> {
  /** How long a boost stays; undefined if no boost is configured any more. */
  readonly rules: StartupBoost | undefined
  /** Whether a container that restarts may get its boost again. */
  readonly mayGive: boolean
}

export interface BoostDriverOptions {
  readonly api: PodApi
  readonly time: Time
  readonly logger: Logger
  readonly events: Pick<EventRecorder, 'record'>
  readonly workloadEvents: WorkloadEvents
  readonly metrics: Pick<LearnerMetrics, 'boosts' | 'boostSteps' | 'boostsLookedAt'>
  readonly ability: Ability
  readonly node: (name: string) => FleetNode | undefined
  readonly workloads: () => Iterable<BoostedWorkload>
}

/** A Pod for which something is due. */
interface Due {
  readonly entry: BoostedWorkload
  readonly pod: FleetPod
  readonly state: string
  readonly isRemoval: boolean
}

/**
 * Removes boosts when the startup of a Pod is over, and gives them again to containers that restart. It does not wait for change
 * windows, holds or batches: a boost ends as announced. All lasting state is in the cluster, where its successor finds it.
 */
export class BoostDriver {
  readonly #options: BoostDriverOptions
  readonly #looks = new LookAgain()

  constructor(options: BoostDriverOptions) {
    this.#options = options
  }

  /** Runs until the signal aborts. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    await runPasses('managing boosts', (signal) => this.pass(signal), this.#options, signal)
  }

  /** Looks at every boost once, and takes the steps that are due, removals first. */
  async pass(signal: AbortSignal): Promise<void> {
    const { time, metrics } = this.#options
    const due = this.#find()
    this.#looks.keep(new Set(due.map(({ pod }) => pod.uid)))
    for (const one of due.filter(({ isRemoval }) => isRemoval)) await this.#step(one, signal)
    metrics.boostsLookedAt.set(time.now() / 1000)
    for (const one of due.filter(({ isRemoval }) => !isRemoval)) await this.#step(one, signal)
  }

  #find(): Due[] {
    const { time, metrics, workloads } = this.#options
    const nowSeconds = time.now() / 1000
    const due: Due[] = []
    let [starting, overdue] = [0, 0]
    for (const entry of workloads()) {
      const { rules, mayGive } = entry
      for (const pod of entry.pods) {
        const { boosts, start, placement } = pod
        if (!boosts || !start || !placement.isRunning) continue
        const steps = new Set<string>()
        for (const [name, boost] of boosts) {
          if (isOverdue(name, boost, start, rules, nowSeconds)) overdue++
          else if (boost.isOn) starting++
          const step = boostDue(name, boost, start, rules, nowSeconds)
          if (step) steps.add(step)
        }
        const wants = mayGive && runningOf({ running: 'inPlace' }, placement.applyRunning) !== 'never'
        const isRemoval = steps.has('remove')
        if (!isRemoval && !(wants && steps.has('give'))) continue
        const started = [...start.startedSeconds.values()].join('/')
        due.push({ entry, pod, isRemoval, state: `${isRemoval}/${started}/${placement.isResizing}` })
      }
    }
    metrics.boosts.set({ state: 'starting' }, starting)
    metrics.boosts.set({ state: 'overdue' }, overdue)
    return due
  }

  async #step({ entry, pod, state, isRemoval }: Due, signal: AbortSignal): Promise<void> {
    const { ability, api, node, time, logger, metrics } = this.#options
    if (signal.aborted || !ability.mayTry || !this.#looks.isDue(pod.uid, state, time.elapsed())) return
    const step = isRemoval ? 'remove' : 'give'
    try {
      const now = await api.get(entry.workload.namespace, pod.name, signal)
      const planned =
        now.metadata?.uid === pod.uid
          ? planBoost({ pod: now, rules: entry.rules, mayGive: !isRemoval, nowSeconds: time.now() / 1000 })
          : undefined
      const outcome = planned ? await this.#drive(now, planned, node(pod.placement.node ?? ''), signal) : undefined
      const isRefused = outcome?.is === 'refused' || outcome?.is === 'unable'
      this.#looks.note(pod.uid, state, isRefused ? 'later' : 'soon', time.elapsed())
      if (!planned || !outcome) return
      noteAbility(ability, outcome)
      metrics.boostSteps.inc({ step: planned.step, outcome: outcome.is, reason: countedReason(outcome) })
      await this.#tell(entry.workload, pod, planned, outcome, signal)
    } catch (error) {
      if (signal.aborted) return
      metrics.boostSteps.inc({ step, outcome: 'failed', reason: '' })
      logger.warn({ error, ...entry.workload, pod: pod.name }, 'changing a boost failed, and is tried again')
      this.#looks.note(pod.uid, state, 'soon', time.elapsed())
    }
  }

  async #drive(
    pod: Parameters<typeof drive>[0],
    { step, resize }: BoostStep,
    node: FleetNode | undefined,
    signal: AbortSignal,
  ): Promise<Outcome> {
    if (step === 'give' && (node?.troubles.length ?? 0) > 0) return { is: 'left', reason: 'NodeInTrouble' }
    return await drive(pod, resize, { api: this.#options.api, node, signal, mayAdd: () => true })
  }

  async #tell(
    workload: Workload,
    pod: FleetPod,
    { step, resize }: BoostStep,
    outcome: Outcome,
    signal: AbortSignal,
  ): Promise<void> {
    const { events, workloadEvents, logger } = this.#options
    const changes = describeChanges(resize.changes)
    const detail = 'message' in outcome ? outcome.message : undefined
    logger.info(
      { audit: true, ...workload, pod: pod.name, step, outcome: outcome.is, changes, message: detail },
      'boost',
    )
    const event = boostEvent(step, outcome)
    if (!event) return
    const regarding = { apiVersion: 'v1', kind: 'Pod', namespace: workload.namespace, name: pod.name, uid: pod.uid }
    const [what, of] = [explainReason(event.reason), outcome.is === 'resized' ? changes : (detail ?? changes)]
    events.record({ regarding, ...event, note: `${what}: ${of}.` })
    const note = `${what}, first ${pod.name}: ${of}.`
    await workloadEvents.record(workload, { ...event, note, series: step }, signal)
  }
}

/** The Event for a step; undefined if nobody needs to know. */
function boostEvent(step: BoostStep['step'], { is }: Outcome) {
  const resizing = (type: 'Normal' | 'Warning', reason: ReasonCode) => ({ type, reason, action: 'Resizing' }) as const
  if (is === 'resized') return resizing('Normal', step === 'give' ? 'BoostGiven' : 'BoostRemoved')
  return is === 'refused' && step === 'remove' ? resizing('Warning', 'BoostNotRemoved') : undefined
}
