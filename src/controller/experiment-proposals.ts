import {
  EXPERIMENTS,
  type ExperimentCondition,
  type ExperimentStatus,
  isoSeconds,
  secondsOf,
  targetsOf,
} from '../api/index.ts'
import { type ExperimentProposal, type NoProposal, proposeForProduction, servedTrials } from '../experiments/index.ts'
import type { KnownExperiment, KnownExperiments } from '../informers/index.ts'
import { type KubeObject, unlessMissing } from '../kube/index.ts'
import type { SourcedProposal } from '../revisions/index.ts'
import { type Workload, workloadKey } from '../workloads/index.ts'
import type { ControllerContext } from './context.ts'
import { ReplicaCounts, requestRate } from './request-rate.ts'
import type { TrialsOfWorkload } from './slo-prices.ts'
import type { SloReadings } from './slo-readings.ts'
import { type ViewedWorkload, viewWorkloads } from './workload-view.ts'

type Context = Pick<ControllerContext, 'client' | 'settings' | 'logger' | 'time'> & Parameters<typeof viewWorkloads>[0]

export interface ExperimentProposalsOptions extends Context {
  readonly experiments: Pick<KnownExperiments, 'all'>
  readonly slos: Pick<SloReadings, 'readingsOf'>
}

type Production = NonNullable<ExperimentStatus['production']>

/** What happens to the proposal for the workload in `applyTo`. */
interface Outcome {
  readonly proposal?: ExperimentProposal
  readonly status: ExperimentCondition['status']
  readonly reason: string
  readonly message: string
  readonly production?: Production | undefined
  /** Whether earlier experiments no longer count, because this one has an answer. */
  readonly isAnswer?: boolean
}

/** An experiment that says something about a workload, and the name of the workload in it. */
interface Shown {
  readonly name: string
  readonly experiment: KnownExperiment
}

/** A busier time is stored only if it is busier by so much. */
const BUSIER = 1.05

/**
 * What ended experiments propose, for their workloads and for those in `applyTo` whose SizingPolicy accepts it. The condition
 * `Proposed` of an Experiment reports the latter.
 */
export class ExperimentProposals {
  readonly #options: ExperimentProposalsOptions
  #byWorkload: ReadonlyMap<string, SourcedProposal> = new Map()
  #shown: ReadonlyMap<string, Shown> = new Map()
  readonly #replicas = new ReplicaCounts()

  constructor(options: ExperimentProposalsOptions) {
    this.#options = options
  }

  /** The proposal of the last experiment that ended, if there is one. */
  of(workload: Workload): readonly SourcedProposal[] {
    const proposal = this.#byWorkload.get(workloadKey(workload))
    return proposal ? [proposal] : []
  }

  /** What the trials of the experiment that ended last show of a container of a workload; undefined if there was none. */
  trialsOf(workload: Workload, container: string): TrialsOfWorkload | undefined {
    const shown = this.#shown.get(workloadKey(workload))
    if (!shown) return undefined
    const { name, experiment } = shown
    const { endedAt } = experiment.status
    const key = `${experiment.namespace}/${experiment.name} ${endedAt}`
    return { key, trials: servedTrials(name, container, experiment) }
  }

  /** Looks at every ended experiment once, and writes at most one condition that has changed. */
  async run(signal: AbortSignal): Promise<void> {
    const { experiments, time } = this.#options
    const ended = experiments
      .all()
      .filter(({ status }) => status.phase === 'Completed' && status.endedAt !== undefined)
      .toSorted((a, b) => (a.status.endedAt! < b.status.endedAt! ? -1 : 1))
    const byWorkload = new Map<string, SourcedProposal>()
    const shown = new Map<string, Shown>()
    let due: (() => Promise<void>) | undefined
    if (ended.length > 0) {
      const workloads = new Map(
        Array.from(viewWorkloads(this.#options), (entry) => [workloadKey(entry.workload), entry]),
      )
      for (const experiment of ended) {
        for (const { kind, name } of targetsOf(experiment.spec)) {
          const entry = workloads.get(workloadKey({ namespace: experiment.namespace, kind, name }))
          if (entry) shown.set(workloadKey(entry.workload), { name, experiment })
          const proposal = entry && proposeForProduction(name, experiment, aboutOf(entry))
          if (!proposal) continue
          if ('reason' in proposal) byWorkload.delete(workloadKey(entry.workload))
          else byWorkload.set(workloadKey(entry.workload), sourced(proposal))
        }
        const production = productionOf(experiment)
        if (!production) continue
        const key = workloadKey(production)
        const [target] = targetsOf(experiment.spec)
        if (isAccepted(experiment, workloads.get(key))) shown.set(key, { name: target!.name, experiment })
        const outcome = this.#outcome(experiment, production, workloads.get(key), new Date(time.now()))
        if (outcome.proposal) byWorkload.set(key, sourced(outcome.proposal))
        else if (outcome.isAnswer) byWorkload.delete(key)
        if (!isWritten(experiment, outcome)) due ??= () => this.#write(experiment, outcome, signal)
      }
    }
    this.#byWorkload = byWorkload
    this.#shown = shown
    await due?.()
  }

  #outcome(
    experiment: KnownExperiment,
    { namespace, kind, name }: Workload,
    entry: ViewedWorkload | undefined,
    now: Date,
  ): Outcome {
    const { settings, slos } = this.#options
    const where = `${kind} ${name} in ${namespace}`
    // A person who may create Experiments must not learn anything here about the workloads of others.
    if (!isAccepted(experiment, entry))
      return not(
        'NotAccepted',
        `no SizingPolicy for ${where} accepts Experiments of ${experiment.namespace} (spec.experiments.from), or Plimsoll does not follow such a workload`,
      )
    const windowSeconds = secondsOf(settings.slos.burn.long)
    const key = workloadKey(entry.workload)
    const nowSeconds = now.getTime() / 1000
    this.#replicas.note(key, entry.pods.length, windowSeconds, nowSeconds)
    const replicas = this.#replicas.meanOver(key, windowSeconds, nowSeconds)
    const current =
      replicas === undefined ? undefined : requestRate(slos.readingsOf(entry.workload), windowSeconds, replicas)
    const production = busiest(experiment.status.production, current, now)
    if (!production)
      return not(
        'RateUnknown',
        `the requests of ${where} are not counted yet: it needs an SLO in a SizingPolicy whose series are found, and Pods that run for ${settings.slos.burn.long}`,
      )
    const knownSeconds = (now.getTime() - Date.parse(production.since)) / 1000
    const { seconds } = settings.learner.minimumHistory
    if (knownSeconds < seconds) {
      const from = new Date(Date.parse(production.since) + seconds * 1000).toISOString()
      return { ...not('RateNotYetKnown', `the requests of ${where} are counted until ${from} first`), production }
    }
    const target = targetsOf(experiment.spec)[0]!
    const proposal = proposeForProduction(target.name, experiment, { ...aboutOf(entry), rate: production })
    if ('reason' in proposal)
      return { ...not(proposal.reason, `nothing for ${where}: ${proposal.message}`), production, isAnswer: true }
    if (now >= proposal.validUntil)
      return { ...not('Expired', `it was valid until ${proposal.validUntil.toISOString()}`), production }
    const message = `${describe(proposal)} for ${where}, until ${proposal.validUntil.toISOString()}`
    return { proposal, status: 'True', reason: 'Proposed', message, production }
  }

  async #write(
    { namespace, name, generation, status }: KnownExperiment,
    outcome: Outcome,
    signal: AbortSignal,
  ): Promise<void> {
    const { client, time } = this.#options
    const before = status.conditions?.find(({ type }) => type === 'Proposed')
    const lastTransitionTime =
      before?.status === outcome.status ? before.lastTransitionTime : isoSeconds(new Date(time.now()))
    // The counted rate stays, even while there is nothing to count.
    const { status: is, reason, message, production = status.production } = outcome
    const condition = {
      type: 'Proposed',
      status: is,
      reason,
      message,
      lastTransitionTime,
      observedGeneration: generation,
    }
    const object = {
      metadata: { namespace, name },
      status: { conditions: [condition], ...(production && { production }) },
    }
    const options = { force: true, subresource: 'status', signal }
    // If it was deleted meanwhile, it needs no condition.
    await client.apply<KubeObject>(EXPERIMENTS, object as KubeObject, options).catch(unlessMissing)
  }
}

/** Whether the people who own a workload accept what experiments of that namespace found. */
function isAccepted(experiment: KnownExperiment, entry: ViewedWorkload | undefined): entry is ViewedWorkload {
  return entry?.effective.experimentsFrom?.includes(experiment.namespace) ?? false
}

/** The workload in `applyTo`; undefined where the experiment names none. */
function productionOf({ spec }: KnownExperiment): Workload | undefined {
  const [target] = targetsOf(spec)
  const { applyTo } = spec
  return (
    applyTo &&
    target && { namespace: applyTo.namespace, kind: applyTo.kind ?? target.kind, name: applyTo.name ?? target.name }
  )
}

function aboutOf({ goal, effective, author }: ViewedWorkload) {
  return { goal: goal ?? effective.goal, containers: [...author.keys()] }
}

function sourced({ containers, validUntil, seenUpTo, says }: ExperimentProposal): SourcedProposal {
  return { source: 'experiment', containers, validUntil, seenUpTo, says }
}

function not(reason: NoProposal['reason'] | string, message: string): Outcome {
  return { status: 'False', reason, message }
}

/** The highest rate so far, since counting began. */
function busiest(
  before: Production | undefined,
  now: { readonly low: number; readonly high: number } | undefined,
  date: Date,
): Production | undefined {
  if (!before) return now && { since: isoSeconds(date), ...now }
  return now && now.high > before.high * BUSIER ? { since: before.since, ...now } : before
}

function isWritten({ status, generation }: KnownExperiment, outcome: Outcome): boolean {
  const before = status.conditions?.find(({ type }) => type === 'Proposed')
  const isSame =
    before?.status === outcome.status &&
    before.reason === outcome.reason &&
    before.message === outcome.message &&
    before.observedGeneration === generation
  return isSame && (!outcome.production || outcome.production.high === status.production?.high)
}

function describe({ containers, says }: ExperimentProposal): string {
  const values = containers.map(({ name, cpu, memory }) =>
    [name, cpu && `cpu ${cpu.request}`, memory && `memory ${memory.request}`].filter(Boolean).join(' '),
  )
  return says.cpu ? `${values.join(', ')} (CPU ${says.cpu})` : values.join(', ')
}
