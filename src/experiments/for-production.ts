import type {
  ContainerRecommendation,
  ExperimentPoint,
  ExperimentSpec,
  ExperimentStatus,
  ExperimentTrial,
  Goal,
  ResourceRecommendation,
} from '../api/index.ts'
import { cpuQuantity, memoryQuantity, type Nanos, parseQuantity, type ResourceName } from '../resources/index.ts'
import type { Configuration } from './experiment.ts'
import { containerKey } from './parameter.ts'
import { statedBefore } from './stated.ts'

/** Counted requests of a workload. */
export interface RequestRate {
  /** Requests per second and replica: the 95 % interval of its mean. */
  readonly low: number
  readonly high: number
}

/** The workload that an experiment proposes values for. */
export interface ProductionWorkload {
  readonly goal: Goal
  /** Names of its containers. */
  readonly containers: readonly string[]
  /** The highest known load; undefined for the workload of the experiment itself, because the experiment ran at its load. */
  readonly rate?: RequestRate | undefined
}

/** What an experiment proposes for a workload: see `SourcedProposal` of `revisions/`. */
export interface ExperimentProposal {
  readonly containers: readonly ContainerRecommendation[]
  readonly validUntil: Date
  readonly seenUpTo: ReadonlyMap<string, Partial<Readonly<Record<ResourceName, Nanos>>>>
  /** How values were scaled, for people. */
  readonly says: Readonly<Partial<Record<ResourceName, string>>>
}

/** Why an experiment proposes nothing for a workload, for people. */
export interface NoProposal {
  readonly reason:
    | 'NoBetterConfiguration'
    | 'SettingsDiffer'
    | 'NoSuchContainer'
    | 'LoadUnknown'
    | 'LoadAboveExperiment'
  readonly message: string
}

/** How long the result of an experiment counts: code and load change. */
const VALID_MILLISECONDS = 30 * 86_400_000
/** CPU usage that counts as equal: production's p99 of samples is above the mean of a trial under the same load. */
const SAME_CPU_USAGE = 1.1
/** Lowest share of the CPU that is proposed: a request needs its CPU time even if there are few requests, and no trial had less load. */
const LEAST_SHARE = 0.5

/**
 * What an ended experiment proposes for a workload.
 *
 * Memory is that of the best configuration. CPU is scaled by the requests per second and replica: the upper end of the workload's interval divided by
 * what the experiment sent, but never below half and never above what was tried. If the workload has more load than was tried, nothing is
 * proposed, because latency grows faster than load.
 *
 * @param name name of the experiment's workload
 * @param experiment as it is stored
 */
export function proposeForProduction(
  name: string,
  {
    spec,
    status,
  }: {
    readonly spec: Pick<ExperimentSpec, 'vary'>
    readonly status: Pick<ExperimentStatus, 'verdict' | 'points' | 'trials' | 'endedAt' | 'originals'>
  },
  { goal, containers, rate }: ProductionWorkload,
): ExperimentProposal | NoProposal {
  const point = status.points?.[goal]
  if (!point || !status.endedAt || !(status.verdict === 'cheaper' || status.verdict === 'meetsLimits'))
    return no('NoBetterConfiguration', `the experiment found nothing better for the goal ${goal}`)
  const differing = settingsThatDiffer(spec, point, status.originals)
  if (differing.length > 0)
    return no(
      'SettingsDiffer',
      `its values were measured with ${differing.join(', ')}: set that in the workload, and run the experiment again`,
    )
  const measured = (status.trials ?? []).filter(({ configuration }) => isSame(configuration, point.configuration))
  const replicas = replicasOf(name, point, status.originals)
  const scale = rate ? scaleOf(rate, measured, replicas) : { share: 1, says: 'as in the experiment' }
  if ('reason' in scale) return scale
  const seenUpTo = new Map<string, Partial<Record<ResourceName, Nanos>>>()
  const proposed = containers.flatMap((container): ContainerRecommendation[] => {
    const key = containerKey(name, container)
    const cpu = point.configuration[`${key} cpu`]
    const memory = point.configuration[`${key} memory`]
    if (cpu === undefined && memory === undefined) return []
    seenUpTo.set(container, usageSeen(key, measured, replicas))
    const confidence = point.probabilityOfMeeting
    return [
      {
        name: container,
        ...(cpu !== undefined && { cpu: value(cpuQuantity(cpu * scale.share), confidence) }),
        ...(memory !== undefined && { memory: value(memoryQuantity(memory), confidence) }),
      },
    ]
  })
  if (proposed.length === 0)
    return no(
      'NoSuchContainer',
      `the experiment varied no container of this workload, which has ${containers.join(', ')}`,
    )
  const validUntil = new Date(Date.parse(status.endedAt) + VALID_MILLISECONDS)
  return { containers: proposed, validUntil, seenUpTo, says: { cpu: scale.says } }
}

function no(reason: NoProposal['reason'], message: string): NoProposal {
  return { reason, message }
}

function value(quantity: string, confidence: number): ResourceRecommendation {
  return { request: quantity, limit: quantity, confidence }
}

/** Share of the experiment's CPU that the workload needs for its requests. */
function scaleOf(
  rate: RequestRate,
  measured: readonly ExperimentTrial[],
  replicas: number,
): NoProposal | { readonly share: number; readonly says: string } {
  const sent = Math.max(0, ...measured.flatMap(({ loads = [] }) => loads.map((load) => load.requestsPerSecond ?? 0)))
  if (sent === 0)
    return no('LoadUnknown', 'the load of the experiment did not say how many requests it sent per second')
  const tried = sent / replicas
  const had = `${show(rate.low)} to ${show(rate.high)} requests/s per replica`
  if (rate.high > tried)
    return no(
      'LoadAboveExperiment',
      `it has ${had}, and the experiment tried ${show(tried)}: run it again with more load`,
    )
  const share = Math.max(LEAST_SHARE, rate.high / tried)
  return { share, says: `x ${share.toFixed(2)}: ${had}, and the experiment tried ${show(tried)}` }
}

/** Highest usage of a container in the trials of a configuration, for one Pod. */
function usageSeen(
  key: string,
  measured: readonly ExperimentTrial[],
  replicas: number,
): Partial<Readonly<Record<ResourceName, Nanos>>> {
  const usage = measured.flatMap(({ usage = [] }) => usage.filter(({ container }) => container === key))
  if (usage.length === 0) return {}
  const cores = (SAME_CPU_USAGE * Math.max(...usage.map(({ cpuCores }) => cpuCores))) / replicas
  const bytes = Math.max(...usage.map(({ peakMemoryBytes }) => peakMemoryBytes))
  return { cpu: parseQuantity(cpuQuantity(cores))!, memory: parseQuantity(memoryQuantity(bytes))! }
}

/** Environment variables and arguments of a configuration that the workloads do not state, such as `NAME=VALUE` and `--workers=8`. */
export function settingsThatDiffer(
  { vary }: Pick<ExperimentSpec, 'vary'>,
  { configuration }: Pick<ExperimentPoint, 'configuration'>,
  originals: ExperimentStatus['originals'] = [],
): string[] {
  return (vary?.settings ?? []).flatMap((setting) => {
    const { name, env, arg, suffix = '' } = setting
    const number = configuration[name]
    if (number === undefined || number === statedBefore(setting, originals)) return []
    return [`${env === undefined ? arg : `${env}=`}${number}${suffix}`]
  })
}

function isSame(one: Configuration, other: Configuration): boolean {
  return Object.entries(one).every(([name, number]) => other[name] === number)
}

/** Replicas of a workload under a configuration. */
export function replicasOf(
  name: string,
  { configuration }: Pick<ExperimentPoint, 'configuration'>,
  originals: ExperimentStatus['originals'],
): number {
  const varied = configuration[`${name} replicas`]
  if (varied !== undefined) return varied
  const original = originals?.find((one) => one.name === name)
  const spec: unknown = original && JSON.parse(original.spec)
  const replicas = typeof spec === 'object' && spec !== null && 'replicas' in spec ? spec.replicas : 1
  return typeof replicas === 'number' && replicas >= 1 ? replicas : 1
}

const show = (perSecond: number) => perSecond.toPrecision(3).replace(/\.?0+$/, '')
