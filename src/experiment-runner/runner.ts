import { pause, type Time } from '../clock/index.ts'
import { KubeError } from '../kube/index.ts'
import type { Logger } from '../telemetry/index.ts'
import type { ExperimentApi } from './api.ts'
import { drive } from './drive.ts'
import type { LoadSettings } from './load-objects.ts'
import { loadProblems } from './load-problems.ts'
import type { ExperimentObject } from './objects.ts'
import type { Circumstances, Observed } from './observed.ts'
import { nextStep, waitingBecause } from './plan.ts'
import type { ProblemSettings } from './problem.ts'
import { Refused } from './refused.ts'
import { FINALIZER, type Step } from './step.ts'
import type { UsageOfTrials } from './usage-of-trial.ts'

export interface RunnerOptions {
  readonly api: ExperimentApi
  readonly settings: ProblemSettings & LoadSettings
  readonly usage: Pick<UsageOfTrials, 'measure' | 'keep'>
  readonly time: Time
  readonly logger: Logger
  /** Called after each step that was taken. */
  readonly onStep?: (experiment: ExperimentObject, step: Step) => void
}

const BUSY_MILLISECONDS = 2_000
const IDLE_MILLISECONDS = 10_000
/** Most steps of one experiment in one pass. */
const MOST_STEPS = 8

/** Runs the Experiments of the cluster until the signal aborts: the ones of a namespace one after another. Only the leading learner does. */
export class ExperimentRunner {
  readonly #options: RunnerOptions
  readonly #refused = new Refused()
  /** The last error of each experiment, which is logged once. */
  readonly #troubles = new Map<string, string>()

  constructor(options: RunnerOptions) {
    this.#options = options
  }

  /** Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const isBusy = await this.pass(signal)
      await pause(this.#options.time, isBusy ? BUSY_MILLISECONDS : IDLE_MILLISECONDS, signal)
    }
  }

  /** Looks at all experiments once, and takes the steps that are due. Never throws. Returns whether one runs. */
  async pass(signal: AbortSignal): Promise<boolean> {
    try {
      const all = await this.#options.api.list(signal)
      const uids = new Set(all.map(({ metadata }) => metadata.uid))
      this.#refused.keep(uids)
      for (const uid of this.#troubles.keys()) if (!uids.has(uid)) this.#troubles.delete(uid)
      this.#options.usage.keep(uids)
      const due = all.filter(isDue)
      const byNamespace = Map.groupBy(due, ({ metadata }) => metadata.namespace)
      await Promise.all(
        [...byNamespace].map(async ([namespace, experiments]) => {
          const siblings = all.filter(({ metadata }) => metadata.namespace === namespace)
          for (const experiment of experiments) await this.#advance(experiment, siblings, signal)
        }),
      )
      return due.length > 0
    } catch (error) {
      if (!signal.aborted) this.#options.logger.warn({ error }, 'looking at Experiments')
      return false
    }
  }

  async #advance(
    experiment: ExperimentObject,
    siblings: readonly ExperimentObject[],
    signal: AbortSignal,
  ): Promise<void> {
    const { namespace, name, uid } = experiment.metadata
    const others = siblings.filter(({ metadata }) => metadata.uid !== uid)
    try {
      for (let steps = 0; steps < MOST_STEPS; steps++) {
        const observed = await this.#options.api.observe({ namespace, name }, others, signal)
        if (!observed) return
        const circumstances = await this.#circumstances(observed, signal)
        const step = nextStep(observed, circumstances)
        if (step.do === 'nothing') break
        await this.#take(step, observed, signal)
      }
      this.#troubles.delete(uid)
    } catch (error) {
      // Somebody has changed it since, or it is gone: look again in the next pass.
      const isOld =
        error instanceof KubeError &&
        (error.reason === 'Conflict' || error.reason === 'AlreadyExists' || error.status === 404)
      if (!signal.aborted && !isOld) await this.#tell(experiment, error as Error, signal)
    }
  }

  async #circumstances(observed: Observed, signal: AbortSignal): Promise<Circumstances> {
    const { time, settings, usage } = this.#options
    const now = new Date(time.now())
    return {
      now,
      settings,
      loadProblems: observed.experiment.status?.originals ? [] : loadProblems(settings, observed.experiment),
      usage: await usage.measure(observed, now, signal),
      ...this.#refused.of(observed.experiment.metadata.uid),
    }
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

  /** Says what keeps an experiment from going on: in the log once, and in its status. */
  async #tell(experiment: ExperimentObject, error: Error, signal: AbortSignal): Promise<void> {
    const { api, logger } = this.#options
    const { namespace, name, uid } = experiment.metadata
    if (this.#troubles.get(uid) === error.message) return
    this.#troubles.set(uid, error.message)
    logger.warn({ namespace, name, error }, 'an experiment cannot go on; it is tried again')
    if (experiment.status?.originals && experiment.status.phase !== 'Restoring') return
    const isForbidden = error instanceof KubeError && error.status === 403
    const nothing = { targets: [], autoscalers: [], verticalAutoscalers: [], loads: [], others: [], lease: undefined }
    const observed: Observed = {
      ...{ ...nothing, experiment, namespace: { labels: {}, isTerminating: false } },
      rules: { container: {}, pod: {} },
    }
    const now = new Date(this.#options.time.now())
    const circumstances: Circumstances = { now, settings: this.#options.settings, loadProblems: [] }
    const message = isForbidden
      ? `Plimsoll may not do this here: add the namespace to experiments.namespaces of the chart (${error.message})`
      : error.message
    const reason = experiment.status?.originals
      ? (experiment.status.reason ?? 'Failed')
      : isForbidden
        ? 'NotPermitted'
        : 'Error'
    const step = waitingBecause(observed, circumstances, reason, message)
    if (step) await drive(step, observed, api, signal).catch(() => {})
  }
}

/** Whether something is left to do for an experiment. */
function isDue({ metadata, status }: ExperimentObject): boolean {
  const hasEnded = status?.phase === 'Completed' || status?.phase === 'Failed' || status?.phase === 'Refused'
  const { finalizers = [], deletionTimestamp } = metadata
  // Nothing of ours holds it.
  if (deletionTimestamp !== undefined && !finalizers.includes(FINALIZER)) return false
  return !hasEnded || finalizers.includes(FINALIZER)
}
