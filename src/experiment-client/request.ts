import { API_VERSION, EXPERIMENTS, ExperimentSpec, type ExperimentStatus, type Goal } from '../api/index.ts'
import type { KubeObject } from '../kube/index.ts'
import { RequestError } from './error.ts'
import type { LoadArgument } from './load-argument.ts'
import { parseVary } from './vary-argument.ts'

/** An Experiment as it is sent to the API server. */
export interface ExperimentObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly spec: ExperimentSpec
}

/** An Experiment as the API server has it. */
export interface StoredExperiment extends KubeObject {
  readonly spec: ExperimentSpec
  readonly status?: ExperimentStatus
}

/** What people ask for. */
export interface TryRequest {
  readonly name: string
  readonly namespace: string
  readonly targets: readonly { readonly kind: string; readonly name: string }[]
  readonly loads: readonly LoadArgument[]
  /** Text of each file that a load names; a Job is an object. */
  readonly contents: ReadonlyMap<string, string | object>
  /** Name of a ConfigMap that has all files of scripts, where these need others beside them. */
  readonly configMap?: string
  readonly latency?: { readonly percentile: 50 | 90 | 95 | 99; readonly below: string }
  /** A percentage: 1%. */
  readonly errorRate?: string
  readonly trials?: number
  readonly goal?: Goal
  readonly duration?: string
  readonly warmUp?: string
  readonly vary: readonly string[]
  /** `NAMESPACE`, `NAMESPACE/NAME` or `NAMESPACE/KIND/NAME`. */
  readonly applyTo?: string
  readonly pauseAutoscalers?: boolean
  readonly gitOpsSuspended?: boolean
}

const KINDS: Readonly<Record<string, 'Deployment' | 'StatefulSet'>> = {
  deployment: 'Deployment',
  deploy: 'Deployment',
  deployments: 'Deployment',
  statefulset: 'StatefulSet',
  sts: 'StatefulSet',
  statefulsets: 'StatefulSet',
}

/**
 * The Experiment that was asked for.
 *
 * @throws RequestError if it cannot be one
 */
export function experimentOf(request: TryRequest): ExperimentObject {
  const { name, namespace, latency, errorRate, trials, goal, vary, applyTo } = request
  const varied = parseVary(vary)
  const limits = {
    ...(latency && { latency }),
    ...(errorRate !== undefined && { errors: { below: errorRate } }),
  }
  const spec = {
    targets: request.targets.map(({ kind, name }) => ({ kind: kindOf(kind, name), name })),
    loads: request.loads.map((load) => loadOf(load, request)),
    ...(Object.keys(limits).length > 0 && { limits }),
    ...(varied && { vary: varied }),
    ...(goal && { goal }),
    ...(trials !== undefined && { maxTrials: trials }),
    ...(applyTo !== undefined && { applyTo: applyToOf(applyTo) }),
    ...(request.pauseAutoscalers && { pauseAutoscalers: true }),
    ...(request.gitOpsSuspended && { gitOpsSuspended: true }),
  }
  const parsed = ExperimentSpec.safeParse(spec)
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!
    throw new RequestError(`${path.join('.')}: ${message}`)
  }
  return { apiVersion: API_VERSION, kind: EXPERIMENTS.kind, metadata: { name, namespace }, spec: parsed.data }
}

function kindOf(kind: string, name: string): 'Deployment' | 'StatefulSet' {
  const known = KINDS[kind.toLowerCase()]
  if (!known) throw new RequestError(`${kind}/${name}: experiments change Deployments and StatefulSets`)
  return known
}

function loadOf(load: LoadArgument, { contents, configMap, duration, warmUp }: TryRequest) {
  const { name, weight } = load
  const common = {
    ...{ name, ...(weight !== undefined && { weight }) },
    ...(duration !== undefined && { duration }),
    ...(warmUp !== undefined && { warmUp }),
  }
  if (load.kind === 'http') return { ...common, http: { url: load.url, rate: load.rate } }
  if (load.kind === 'testRun') return { ...common, testRun: { name: load.testRun } }
  const content = contents.get(load.file)
  if (load.kind === 'job') return { ...common, job: { template: content } }
  const key = load.file.split('/').at(-1)!
  return {
    ...common,
    [load.kind]: configMap === undefined ? { script: content } : { configMap: { name: configMap, key } },
  }
}

function applyToOf(text: string) {
  const [namespace = '', ...rest] = text.split('/')
  if (rest.length > 2)
    throw new RequestError(`--apply-to ${text}: expected production or production/deployment/checkout`)
  const name = rest.at(-1)
  const kind = rest.length === 2 ? kindOf(rest[0]!, name!) : undefined
  return { namespace, ...(kind && { kind }), ...(name !== undefined && { name }) }
}
