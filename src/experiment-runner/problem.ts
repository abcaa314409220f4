import { DEFAULT_TRIALS, type ExperimentSpec, type ExperimentTrial, type OriginalTarget } from '../api/index.ts'
import {
  containersFor,
  type Experiment,
  type Parameter,
  statedNumber,
  type Trial,
  type WorkloadShape,
} from '../experiments/index.ts'
import { parseQuantity, type ResourceName, toNumber } from '../resources/index.ts'
import type { LimitRules } from './bounds.ts'
import { boundsOf, type ResourceBounds } from './bounds.ts'
import { originalSpec, type SettingOfContainer } from './fields.ts'
import { type Limits, resolveLimits } from './limits.ts'
import type { WorkloadContainerSpec, WorkloadSpec } from './objects.ts'

/** What an experiment needs of the settings of the cluster. */
export interface ProblemSettings {
  readonly bounds: ResourceBounds
  readonly prices: { readonly coreHour: number; readonly gibHour: number }
}

/** What a container without a request counts as, so that there is a baseline. */
const UNSTATED = { cpu: 0.5, memory: 2 ** 29 } as const

/** A workload of an experiment as it was before the first trial. */
export interface Workload {
  readonly name: string
  readonly spec: WorkloadSpec
  /** Bounds of its replicas by its HorizontalPodAutoscaler, if it has one. */
  readonly autoscaled?: { readonly min: number; readonly max: number } | undefined
}

export function workloadsOf(originals: readonly OriginalTarget[]): Workload[] {
  return originals.map((original) => ({
    name: original.name,
    spec: originalSpec(original),
    autoscaled: original.autoscaler && { min: original.autoscaler.min, max: original.autoscaler.max },
  }))
}

/** The question that the optimiser answers; it follows from the spec, the originals and the trials alone. */
export function problemOf(
  spec: ExperimentSpec,
  workloads: readonly Workload[],
  trials: readonly ExperimentTrial[],
  { settings, rules, seed }: { settings: ProblemSettings; rules: LimitRules; seed: number },
): { readonly experiment: Experiment; readonly limits: Limits } {
  const limits = resolveLimits(spec, trials)
  const shapes = workloads.map(shapeOf)
  const experiment: Experiment = {
    workloads: shapes,
    parameters: [
      ...workloads.flatMap((workload, i) => resourceParameters(spec, workload, shapes[i]!, settings.bounds, rules)),
      ...workloads.flatMap((workload) => replicaParameters(spec, workload)),
      ...settingParameters(spec, workloads),
    ],
    limits: limits.all,
    prices: settings.prices,
    goal: spec.goal ?? 'balanced',
    mostTrials: spec.maxTrials ?? DEFAULT_TRIALS,
    seed,
  }
  return { experiment, limits }
}

/** Stored trials as the optimiser takes them. */
export function trialsOf(trials: readonly ExperimentTrial[] = []): Trial[] {
  return trials.map(({ number, configuration, outcome, measured = {}, usage = [], oomKilled = [] }) => ({
    ...{ number, configuration, outcome, measured, usage, oomKilled },
  }))
}

/** A number that depends on the experiment alone. */
export function seedOf(uid: string): number {
  let seed = 0
  for (const byte of Buffer.from(uid)) seed = (Math.imul(seed, 31) + byte) >>> 0
  return seed
}

/** Each setting with the container that it belongs to; undefined where that is not clear. */
export function settingsOf(
  spec: ExperimentSpec,
  workloads: readonly Workload[],
): readonly { readonly workload: string | undefined; readonly of: SettingOfContainer }[] {
  const inside = workloads.map(({ name, spec: { template } }) => ({ name, containers: template.spec.containers }))
  return (spec.vary?.settings ?? []).map((setting) => {
    const [found, ...others] = containersFor(setting, inside)
    return found && others.length === 0
      ? { workload: found.workload, of: { setting, container: found.container.name } }
      : { workload: undefined, of: { setting, container: '' } }
  })
}

/** The first setting whose baseline is not known: neither its workload nor the experiment states a number for it. */
export function settingWithoutBaseline(spec: ExperimentSpec, workloads: readonly Workload[]): string | undefined {
  return settingsOf(spec, workloads).find((one) => baselineOfSetting(one, workloads) === undefined)?.of.setting.name
}

function baselineOfSetting(
  { workload, of: { setting, container: name } }: ReturnType<typeof settingsOf>[number],
  workloads: readonly Workload[],
): number | undefined {
  const found = workloads.find((one) => one.name === workload)
  const container = found?.spec.template.spec.containers.find((one) => one.name === name)
  return (container && statedNumber(setting, container)) ?? setting.baseline
}

function shapeOf({ name, spec }: Workload): WorkloadShape {
  return {
    name,
    replicas: spec.replicas ?? 1,
    containers: spec.template.spec.containers.map((container) => ({
      name: container.name,
      cpuCores: requestOf(container, 'cpu'),
      memoryBytes: requestOf(container, 'memory'),
    })),
  }
}

function requestOf({ resources }: WorkloadContainerSpec, resource: ResourceName): number {
  const request = amount(resources?.requests?.[resource]) ?? amount(resources?.limits?.[resource])
  return request !== undefined && request > 0 ? request : UNSTATED[resource]
}

function amount(quantity: unknown): number | undefined {
  const nanos = parseQuantity(quantity)
  return nanos === undefined ? undefined : toNumber(nanos)
}

function resourceParameters(
  { vary }: ExperimentSpec,
  { name, spec }: Workload,
  shape: WorkloadShape,
  cluster: ResourceBounds,
  rules: LimitRules,
): Parameter[] {
  return (['cpu', 'memory'] as const).flatMap((kind) => {
    const varied = vary?.[kind]
    if (varied?.fixed) return []
    return shape.containers.map(({ name: container, cpuCores, memoryBytes }, i) => {
      const limit = amount(spec.template.spec.containers[i]!.resources?.limits?.[kind]) ?? 0
      const request = kind === 'cpu' ? cpuCores : memoryBytes
      const asked = {
        min: amount(varied?.min) ?? request / 8,
        max: amount(varied?.max) ?? Math.max(2 * request, limit),
      }
      return { kind, workload: name, container, ...boundsOf(kind, asked, cluster, rules) }
    })
  })
}

function replicaParameters({ vary }: ExperimentSpec, { name, autoscaled }: Workload): Parameter[] {
  if (!vary?.replicas) return []
  const min = Math.max(vary.replicas.min, autoscaled?.min ?? 1)
  const max = Math.min(vary.replicas.max, autoscaled?.max ?? Number.POSITIVE_INFINITY)
  return [{ kind: 'replicas', workload: name, min, max }]
}

function settingParameters(spec: ExperimentSpec, workloads: readonly Workload[]): Parameter[] {
  return settingsOf(spec, workloads).map((one) => {
    const { name, min, max, step } = one.of.setting
    // One without a baseline is refused.
    return { kind: 'setting', name, baseline: baselineOfSetting(one, workloads) ?? min, min, max, step }
  })
}
