import {
  DEFAULT_TRIALS,
  type ExperimentSpec,
  LOAD_SECONDS,
  secondsOf,
  targetsOf,
  WARM_UP_SECONDS,
} from '../api/index.ts'
import { baselineOf, nameOf, type Parameter } from '../experiments/index.ts'
import { EXPERIMENTS_LABEL } from '../fleet/index.ts'
import {
  HPAS,
  type KubeClient,
  KubeError,
  type KubeObject,
  LIMIT_RANGES,
  NAMESPACES,
  type ResourceType,
  unlessMissing,
  VPAS,
} from '../kube/index.ts'
import { formatBytes, formatCores } from '../resources/index.ts'
import { mergeLimitRules, readLimitRange } from '../sizing/index.ts'
import { autoscalerOf } from './autoscalers.ts'
import type { LoadSettings } from './load-objects.ts'
import { loadProblems } from './load-problems.ts'
import type { AutoscalerObject, ExperimentObject, TargetObject, VerticalAutoscalerObject } from './objects.ts'
import type { Observed } from './observed.ts'
import { originalsOf } from './originals.ts'
import { type ProblemSettings, problemOf, workloadsOf } from './problem.ts'
import { refusalOf } from './refusals.ts'
import { TARGET_TYPES } from './target-types.ts'

/** A parameter of an experiment, for people. */
export interface PreviewedParameter {
  readonly name: string
  readonly now: string
  readonly from: string
  readonly to: string
}

/** What an experiment would do. */
export interface ExperimentPreview {
  /** Why it would be refused; undefined where nothing speaks against it. */
  readonly refusal?: string
  readonly parameters: readonly PreviewedParameter[]
  readonly trials: number
  /** How long all trials take together, where none ends early. */
  readonly minutes: number
  /** Autoscalers that are paused meanwhile. */
  readonly paused: readonly string[]
}

/** Reads what an experiment would find, with the rights of the person who asks. What may not be read is checked when it runs. */
export async function previewExperiment(
  client: KubeClient,
  settings: ProblemSettings & LoadSettings,
  asked: { readonly metadata: { readonly namespace: string; readonly name: string }; readonly spec: ExperimentSpec },
): Promise<ExperimentPreview> {
  const observed = await observeBefore(client, asked)
  const { spec } = asked
  const now = new Date(0)
  const refusal = refusalOf(observed, { now, settings, loadProblems: loadProblems(settings, observed.experiment) })
  const workloads = workloadsOf(originalsOf(observed))
  const isComplete = workloads.length === targetsOf(spec).length
  const problem = isComplete ? problemOf(spec, workloads, [], { settings, rules: observed.rules, seed: 0 }) : undefined
  const baseline = problem ? baselineOf(problem.experiment) : {}
  const trials = spec.maxTrials ?? DEFAULT_TRIALS
  const paused = targetsOf(spec).flatMap((target) => autoscalerOf(target, observed.autoscalers)?.metadata.name ?? [])
  return {
    ...(refusal && { refusal: refusal.message }),
    parameters: (problem?.experiment.parameters ?? []).map((parameter) => ({
      name: nameOf(parameter),
      now: formatValue(parameter, baseline[nameOf(parameter)] ?? Number.NaN),
      from: formatValue(parameter, parameter.min),
      to: formatValue(parameter, parameter.max),
    })),
    trials,
    minutes: Math.ceil((trials * trialSeconds(spec)) / 60),
    paused: paused.map((name) => `HorizontalPodAutoscaler ${name}`),
  }
}

async function observeBefore(
  client: KubeClient,
  { metadata, spec }: Parameters<typeof previewExperiment>[2],
): Promise<Observed> {
  const { namespace } = metadata
  const found = await client.get(NAMESPACES, { name: namespace }).catch(unlessForbidden)
  const rules = await list(client, LIMIT_RANGES, namespace)
  return {
    experiment: { metadata: { ...metadata, uid: '', resourceVersion: '' }, spec } as ExperimentObject,
    others: [],
    // Where it cannot be read, the API server's policy has said whether experiments may run in it.
    namespace: { labels: found ? ((found.metadata.labels ?? {}) as typeof ALLOWED) : ALLOWED, isTerminating: false },
    targets: await Promise.all(
      targetsOf(spec).map(async ({ kind, name }) => {
        const type = TARGET_TYPES[kind]
        return { object: await client.get<TargetObject>(type, { namespace, name }).catch(unlessMissing), pods: [] }
      }),
    ),
    autoscalers: (await list(client, HPAS, namespace)) as AutoscalerObject[],
    verticalAutoscalers: (await list(client, VPAS, namespace)) as VerticalAutoscalerObject[],
    lease: undefined,
    rules: mergeLimitRules(rules.map((rule) => readLimitRange((rule as { readonly spec?: unknown }).spec))),
    loads: [],
  }
}

const ALLOWED: Readonly<Record<string, string>> = { [EXPERIMENTS_LABEL]: 'allowed' }

async function list(client: KubeClient, type: ResourceType, namespace: string): Promise<KubeObject[]> {
  const objects: KubeObject[] = []
  try {
    for await (const { items } of client.list(type, { namespace })) objects.push(...items)
  } catch (error) {
    if (!(error instanceof KubeError && error.status === 404)) unlessForbidden(error)
  }
  return objects
}

function unlessForbidden(error: unknown): undefined {
  if (!(error instanceof KubeError && error.status === 403)) throw error
}

/** What Pods take to end and to become ready. */
const CHANGE_SECONDS = 30

function trialSeconds({ loads }: ExperimentSpec): number {
  const seconds = ({ duration, warmUp }: ExperimentSpec['loads'][number]) =>
    (duration === undefined ? LOAD_SECONDS : secondsOf(duration)) +
    (warmUp === undefined ? WARM_UP_SECONDS : secondsOf(warmUp))
  return CHANGE_SECONDS + loads.reduce((sum, load) => sum + seconds(load), 0)
}

function formatValue(parameter: Parameter, value: number): string {
  if (parameter.kind === 'cpu') return formatCores(value)
  return parameter.kind === 'memory' ? formatBytes(value) : String(value)
}
