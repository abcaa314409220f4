import { pause, type Time } from '../clock/index.ts'
import { KubeError } from '../kube/index.ts'
import type { Logger } from '../telemetry/index.ts'
import type { ExperimentApi } from './api.ts'
import { drive } from './drive.ts'
import { isBusy, isDue, toLookAt } from './due.ts'
import type { LoadSettings } from './load-objects.ts'
import { loadProblems } from './load-problems.ts'
import type { ExperimentObject } from './objects.ts'
import type { Circumstances, LoadSignals, Observed } from './observed.ts'
import { endingBecause, nextStep, waitingBecause } from './plan.ts'
import type { ProblemSettings } from './problem.ts'
import { Refused } from './refused.ts'
import { endedLoad, type ReadSignals } from './signals.ts'
import type { Step } from './step.ts'
import { Troubles } from './troubles.ts'
import type { UsageOfTrials } from './usage-of-trial.ts'

export interface RunnerOptions {
  readonly api: ExperimentApi
  /** Experiments of all namespaces as they are known, such as from a watch. Each is read again before anything is done about it. */
  readonly experiments: () => readonly ExperimentObject[]
  readonly settings: ProblemSettings & LoadSettings
  readonly usage: Pick<UsageOfTrials, 'measure' | 'keep'>
  /** undefined where there is no Prometheus. */
  readonly readSignals?: ReadSignals | undefined
  readonly time: Time
  readonly logger: Logger
  /** Called after each step that was taken. */
  readonly onStep?: (experiment: ExperimentObject, step: Step) => void
}

const BUSY_MILLISECONDS = 2_000
const IDLE_MILLISECONDS = 10_000
/** Most steps of one experiment in one pass. */
const MOST_STEPS = 8

/** How long a slow namespace may hold up the others. */
const PATIENCE_MILLISECONDS = 5_000
/** How long the same error may keep an experiment from continuing, before it is ended. */
const ERROR_SECONDS = 300

/** Runs the Experiments of the cluster until the signal aborts: the ones of a namespace one after another. Only the leading learner does. */
export class ExperimentRunner {
  readonly #options: RunnerOptions
  readonly #refused = new Refused()
  readonly #troubles = new Troubles()
  /** Of experiments that run or are being restored. */
  readonly #busy = new Set<string>()
  readonly #lookedAt = new Map<string, number>()
  /** By namespace. */
  readonly #looking = new Map<string, Promise<void>>()

  constructor(options: RunnerOptions) {
    this.#options = options
  }

  /** Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const isBusy = (await this.pass(signal)) === 'busy'
      await pause(this.#options.time, isBusy ? BUSY_MILLISECONDS : IDLE_MILLISECONDS, signal)
    }
    await Promise.all(this.#looking.values())
  }

  /**
   * Takes the steps that are due. Never throws.
   *
   * @returns `busy` while one runs, `waiting` while something is left to do
   */
  async pass(signal: AbortSignal): Promise<'busy' | 'waiting' | 'idle'> {
    const { time } = this.#options
    const now = time.now()
    const known = this.#options.experiments()
    this.#keep(known)
    const siblings = Map.groupBy(known, ({ metadata }) => metadata.namespace)
    for (const [namespace, all] of siblings) {
      const some = toLookAt(all, this.#lookedAt, now)
      if (some.length > 0 && !this.#looking.has(namespace)) {
        const looking = this.#look(some, all, signal)
        this.#looking.set(
          namespace,
          looking.finally(() => this.#looking.delete(namespace)),
        )
      }
    }
    const waiting = new AbortController()
    const patience = pause(time, PATIENCE_MILLISECONDS, AbortSignal.any([signal, waiting.signal]))
    await Promise.race([Promise.all(this.#looking.values()), patience])
    waiting.abort()
    if (this.#busy.size > 0 || this.#looking.size > 0) return 'busy'
    return known.some(isDue) ? 'waiting' : 'idle'
  }

  /** Forgets experiments that are gone. */
  #keep(known: readonly ExperimentObject[]): void {
    const uids = new Set(known.map(({ metadata }) => metadata.uid))
    this.#refused.keep(uids)
    this.#troubles.keep(uids)
    this.#options.usage.keep(uids)
    for (const kept of [this.#busy, this.#lookedAt]) for (const uid of kept.keys()) if (!uids.has(uid)) kept.delete(uid)
  }

  /** Looks at experiments of one namespace, one after another. Never throws. */
  async #look(
    experiments: readonly ExperimentObject[],
    siblings: readonly ExperimentObject[],
    signal: AbortSignal,
  ): Promise<void> {
    for (const experiment of experiments) {
      const { uid } = experiment.metadata
      this.#lookedAt.set(uid, this.#options.time.now())
      const others = siblings.filter(({ metadata }) => metadata.uid !== uid)
      const latest = await this.#advance(experiment, others, signal)
      if (latest && isBusy(latest)) this.#busy.add(uid)
      else this.#busy.delete(uid)
    }
  }

  /** Returns the experiment as it was read or written last; undefined if it is gone. */
  async #advance(
    experiment: ExperimentObject,
    others: readonly ExperimentObject[],
    signal: AbortSignal,
  ): Promise<ExperimentObject | undefined> {
    const { namespace, name, uid } = experiment.metadata
    let latest = experiment
    let observed: Observed | undefined
    try {
      for (let steps = 0; steps < MOST_STEPS; steps++) {
        observed = undefined
        observed = await this.#options.api.observe({ namespace, name }, others, signal)
        if (!observed) return undefined
        latest = observed.experiment
        const circumstances = await this.#circumstances(observed, signal)
        const step = nextStep(observed, circumstances)
        if (step.do === 'nothing') break
        await this.#take(step, observed, signal)
        if (step.do === 'write status') latest = { ...latest, status: step.status }
      }
      this.#troubles.forget(uid)
    } catch (error) {
      // Somebody has changed it since, or it is gone: look again in the next pass.
      const isOld =
        error instanceof KubeError &&
        (error.reason === 'Conflict' || error.reason === 'AlreadyExists' || error.status === 404)
      if (!signal.aborted && !isOld) await this.#report(observed ?? latest, error as Error, signal)
    }
    return latest
  }

  async #circumstances(observed: Observed, signal: AbortSignal): Promise<Circumstances> {
    const { time, settings, usage } = this.#options
    const now = new Date(time.now())
    return {
      now,
      settings,
      loadProblems: observed.experiment.status?.originals ? [] : loadProblems(settings, observed.experiment),
      usage: await usage.measure(observed, now, signal),
      signals: await this.#signals(observed, now, signal),
      ...this.#refused.of(observed.experiment.metadata.uid),
    }
  }

  /** Never throws: a trial without these figures still says how fast it is. */
  async #signals(observed: Observed, now: Date, signal: AbortSignal): Promise<LoadSignals | undefined> {
    const { readSignals, logger } = this.#options
    const window = readSignals && endedLoad(observed, now)
    return (
      window &&
      (await readSignals(observed, window, signal).catch((error: Error) => {
        logger.debug({ error }, 'throttling and SLOs of a trial were not read')
        return undefined
      }))
    )
  }

  async #take(step: Step, observed: Observed, signal: AbortSignal): Promise<void> {
    const { api, logger, onStep } = this.#options
    const { namespace, name, uid } = observed.experiment.metadata
    try {
      await drive(step, observed, api, signal)
      this.#refused.accept(uid, step)
    } catch (error) {
      if (!this.#refused.note(uid, step, error)) throw error
    }
    logger.debug({ namespace, name, step: step.do }, 'experiment: a step was taken')
    onStep?.(observed.experiment, step)
  }

  /**
   * Says what keeps an experiment from continuing: in the log once, and in its status. One that has begun is ended if the error stays.
   *
   * @param what the experiment, where what is around it could not be read
   */
  async #report(what: Observed | ExperimentObject, error: Error, signal: AbortSignal): Promise<void> {
    const { api, logger, time, settings } = this.#options
    const isObserved = 'experiment' in what
    const observed = isObserved ? (what as Observed) : nothingAround(what as ExperimentObject)
    const { status, metadata } = observed.experiment
    const { namespace, name, uid } = metadata
    const now = new Date(time.now())
    const { isNew, seconds } = this.#troubles.note(uid, error.message, now.getTime())
    if (isNew) logger.warn({ namespace, name, error }, 'an experiment cannot continue; it is tried again')
    const circumstances: Circumstances = { now, settings, loadProblems: [] }
    const isForbidden = error instanceof KubeError && error.status === 403
    const message = isForbidden
      ? `Plimsoll may not do this here: add the namespace to experiments.namespaces of the chart (${error.message})`
      : error.message
    const reason = status?.phase === 'Restoring' ? (status.reason ?? 'Failed') : isForbidden ? 'NotPermitted' : 'Error'
    const isLasting = isObserved && status?.phase === 'Running' && seconds >= ERROR_SECONDS
    const step = isLasting
      ? endingBecause(observed, circumstances, message)
      : waitingBecause(observed, circumstances, reason, message)
    // If it has changed since, it is written in the next pass.
    if (step) await drive(step, observed, api, signal).catch(() => {})
  }
}

function nothingAround(experiment: ExperimentObject): Observed {
  return {
    ...{ experiment, targets: [], autoscalers: [], verticalAutoscalers: [], loads: [], others: [], lease: undefined },
    ...{ namespace: { labels: {}, isTerminating: false }, rules: { container: {}, pod: {} } },
  }
}
