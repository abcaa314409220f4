import type { Time } from '../../clock/index.ts'
import type { Settings } from '../../config/index.ts'
import { type ApiPod, readFleetPod } from '../../fleet/index.ts'
import { TokenBucket } from '../../kube/index.ts'
import { DECISION_ANNOTATION, parseRecord } from '../../policy/index.ts'
import type { Logger } from '../../telemetry/index.ts'
import { workloadKey } from '../../workloads/index.ts'
import type { Outcome } from '../drive.ts'
import type { Finding } from '../finding.ts'
import { LookAgain, type Patience } from '../look-again.ts'
import type { Candidate } from '../plan-fleet.ts'
import { has } from '../target.ts'
import { chooseRestarts, type RestartCandidate } from './choose.ts'
import { needOf } from './need.ts'
import { type ApiOwner, readOwner } from './owner.ts'
import { planRestart, type Restart } from './plan-restart.ts'
import { evictionRefusalOf, type RestartApi } from './restart-api.ts'
import type { RestartTold } from './tell-restart.ts'

export interface RestarterOptions {
  readonly api: RestartApi
  readonly settings: Pick<Settings['apply'], 'restartsPerMinute' | 'lastReplica'>
  readonly time: Time
  readonly logger: Logger
  /** Resizes a Pod even if that restarts containers. */
  readonly resize: (candidate: Candidate, signal: AbortSignal) => Promise<Outcome | undefined>
  /** Why a new Pod would have the same values, or would not fit on the node; undefined if a restart helps. */
  readonly obstacle: (candidate: Candidate, pod: ApiPod, signal: AbortSignal) => Promise<Finding | undefined>
  readonly tell: (told: RestartTold) => void
  /** Counts looks that led to no restart; the reason is empty if the API server did not answer. */
  readonly count: (outcome: 'held' | 'failed', reason: string) => void
}

type FindingOf = (uid: string) => Finding | undefined

/** How long nothing is restarted after the API server has refused the rights for it. */
const UNABLE_MILLISECONDS = 10 * 60_000

/**
 * Restarts Pods for which a resize is not enough. Whether a Pod may be restarted depends only on the current state in the API server,
 * not on anything that this process remembers.
 */
export class Restarter {
  readonly #options: RestarterOptions
  readonly #pace: TokenBucket
  readonly #looks = new LookAgain()
  #waits = new Map<string, Finding>()
  #ableAtMilliseconds = 0

  constructor(options: RestarterOptions) {
    const { settings, time } = options
    this.#options = options
    this.#pace = new TokenBucket({ perSecond: settings.restartsPerMinute / 60, burst: 1 }, time)
  }

  /** Why a Pod waits for a restart, as of the last look; undefined if it does not wait. */
  findingOf(uid: string): Finding | undefined {
    return this.#waits.get(uid)
  }

  /**
   * Restarts at most one Pod of each owner, at the pace of the settings.
   *
   * @param candidates Pods that may need a step, in order of urgency
   * @param findingOf why a resize in place is not enough
   */
  async pass(candidates: Iterable<Candidate>, findingOf: FindingOf, signal: AbortSignal): Promise<void> {
    const { time } = this.#options
    const { chosen, left } = chooseRestarts(candidates, findingOf)
    const waits = new Map<string, Finding>(left.entries().map(([uid, reason]) => [uid, { reason }]))
    for (const { candidate } of chosen) {
      const known = this.#waits.get(candidate.pod.uid)
      if (known) waits.set(candidate.pod.uid, known)
    }
    this.#waits = waits
    this.#looks.keep(new Set(chosen.map(({ owner }) => workloadKey(owner))))
    for (const one of chosen) {
      if (signal.aborted || time.elapsed() < this.#ableAtMilliseconds) return
      await this.#tryOne(one, findingOf, signal)
    }
  }

  async #tryOne(one: RestartCandidate, findingOf: FindingOf, signal: AbortSignal): Promise<void> {
    const { time, logger, count } = this.#options
    const { owner, candidate } = one
    const key = workloadKey(owner)
    const state = stateOf(one)
    if (!this.#looks.isDue(key, state, time.elapsed())) return
    const note = (patience: Patience) => this.#looks.note(key, state, patience, time.elapsed())
    try {
      const wait = await this.#restart(one, findingOf, signal)
      if (wait === 'paced') return
      if (wait) {
        this.#waits.set(candidate.pod.uid, wait)
        count('held', wait.reason)
      } else this.#waits.delete(candidate.pod.uid)
      note(wait && wait.reason !== 'RestartUnderWay' ? 'later' : 'soon')
    } catch (error) {
      if (signal.aborted) return
      count('failed', '')
      logger.warn({ error, ...owner, pod: candidate.pod.name }, 'a restart failed, and is tried again')
      note('later')
    }
  }

  /** @returns why the Pod waits; undefined if it is restarted, or gone */
  async #restart(
    one: RestartCandidate,
    findingOf: FindingOf,
    signal: AbortSignal,
  ): Promise<Finding | 'paced' | undefined> {
    const { api, settings, time, obstacle } = this.#options
    const { candidate, owner } = one
    const { uid } = candidate.pod
    const found = await attempt(() => api.owner(owner, signal))
    if ('refused' in found) return this.#refused(found.refused)
    const rules = readOwner(owner.kind, found.done)
    if ('reason' in rules) return rules
    const pods = await api.podsOf(owner, found.done, signal)
    const pod = pods.find(({ metadata }) => metadata?.uid === uid)
    if (!pod) return undefined
    const plan = (need: RestartCandidate['need']) =>
      planRestart({
        ...{ need, uid, pods, owner: rules, now: new Date(time.now()), lastReplica: settings.lastReplica },
        isServed: (other) => !needOf(findingOf(other.metadata?.uid ?? '')?.reason) && isServed(other, candidate),
        mayReplace: one.mayReplace && mayBeReplaced(pod, candidate),
      })
    let step = plan(one.need)
    if ('reason' in step) return step
    if (step.by === 'eviction') {
      const problem = await obstacle(candidate, pod, signal)
      if (problem && problem.reason !== 'NodeFull') return problem
      if (problem) step = plan('elsewhere')
      if ('reason' in step) return { ...step, message: problem?.message }
    }
    const asked = await attempt(() => api.evict(pod, { dryRun: true, signal }))
    if ('refused' in asked) return this.#refused(asked.refused)
    if (!this.#pace.tryTake()) return 'paced'
    return await this.#carryOut(one, step, pod, found.done, signal)
  }

  async #carryOut(
    one: RestartCandidate,
    step: Restart,
    pod: ApiPod,
    owner: ApiOwner,
    signal: AbortSignal,
  ): Promise<Finding | undefined> {
    const { api, time, tell } = this.#options
    if (step.by === 'resize') {
      const outcome = await this.#options.resize(one.candidate, signal)
      if (outcome?.is === 'resized') tell({ ...one, by: step.by, ownerUid: owner.metadata.uid })
      if (outcome?.is === 'unable') return { reason: 'RestartRefused', message: outcome.message }
      return outcome && 'reason' in outcome ? { reason: outcome.reason, message: outcome.message } : undefined
    }
    const done = await attempt(() =>
      step.by === 'eviction'
        ? api.evict(pod, { dryRun: false, signal })
        : api.rollOut(one.owner, owner, new Date(time.now()), signal),
    )
    if ('refused' in done) return this.#refused(done.refused)
    tell({ ...one, by: step.by, ownerUid: owner.metadata.uid })
    return undefined
  }

  #refused(refusal: ReturnType<typeof evictionRefusalOf>): Finding | undefined {
    const { time, logger } = this.#options
    switch (refusal.kind) {
      case 'gone':
        return undefined
      case 'budget':
        return { reason: 'HeldByDisruptionBudget', message: refusal.message }
      case 'unable':
        this.#ableAtMilliseconds = time.elapsed() + UNABLE_MILLISECONDS
        logger.warn({ message: refusal.message }, 'running Pods cannot be restarted')
        return { reason: 'RestartRefused', message: refusal.message }
      case 'refused':
        return { reason: 'RestartRefused', message: refusal.message }
    }
  }
}

/** Whether a Pod has its target values, or a resize in progress gives it these. */
function isServed(pod: ApiPod, { target }: Candidate): boolean {
  const isIntended = parseRecord(pod.metadata?.annotations?.[DECISION_ANNOTATION])?.intended !== undefined
  return isIntended || has(readFleetPod(pod), target)
}

/** The next Pod would get a record from the template again. */
function mayBeReplaced({ metadata }: ApiPod, { target }: Candidate): boolean {
  if (target.of === 'revision') return true
  const record = parseRecord(metadata?.annotations?.[DECISION_ANNOTATION])
  return Date.parse(record?.time ?? '') > Date.parse(metadata?.creationTimestamp ?? '')
}

/** What a look at the owner depends on, as far as the watch shows: when it changes, another look is due. */
function stateOf({ candidate: { entry, pod }, why }: RestartCandidate): string {
  const pods = entry.pods.map(({ uid, placement }) => `${uid} ${placement.isReady} ${placement.isRunning}`).sort()
  return [pod.uid, why.reason, ...pods].join('/')
}

async function attempt<T>(
  act: () => Promise<T>,
): Promise<{ readonly done: T } | { readonly refused: ReturnType<typeof evictionRefusalOf> }> {
  try {
    return { done: await act() }
  } catch (error) {
    return { refused: evictionRefusalOf(error) }
  }
}
