import { EXPERIMENTS, targetsOf } from '../api/index.ts'
import {
  DEPLOYMENTS,
  HPAS,
  type KubeClient,
  KubeError,
  type KubeObject,
  LEASES,
  type Lease,
  LIMIT_RANGES,
  NAMESPACES,
  PODS,
  type ResourceType,
  STATEFUL_SETS,
  unlessMissing,
  VPAS,
} from '../kube/index.ts'
import { mergeLimitRules, readLimitRange } from '../sizing/index.ts'
import { LEASE } from './lease-name.ts'
import { type LoadSettings, observeLoads } from './load-objects.ts'
import type {
  AutoscalerObject,
  ExperimentObject,
  TargetObject,
  VerticalAutoscalerObject,
  WorkloadSpec,
} from './objects.ts'
import type { HeldLease, Observed, ObservedTarget } from './observed.ts'
import type { RunningPod } from './pods.ts'

/** Reads what the next step of an experiment depends on; undefined if the experiment is gone. */
export async function observe(
  client: KubeClient,
  settings: LoadSettings,
  of: { readonly namespace: string; readonly name: string },
  others: readonly ExperimentObject[],
  signal: AbortSignal,
): Promise<Observed | undefined> {
  const { namespace } = of
  const experiment = await client.get<ExperimentObject>(EXPERIMENTS, of, { signal }).catch(unlessMissing)
  if (!experiment) return undefined
  const [found] = await all(client, NAMESPACES, { fieldSelector: `metadata.name=${namespace}` }, signal)
  const isTerminating = !found || found.metadata.deletionTimestamp !== undefined
  const labels = (found?.metadata.labels as Record<string, string> | undefined) ?? {}
  const nothing: Observed = {
    ...{ experiment, others, namespace: { labels, isTerminating }, lease: undefined },
    ...{ targets: [], autoscalers: [], verticalAutoscalers: [], loads: [], rules: mergeLimitRules([]) },
  }
  const { phase, originals } = experiment.status ?? {}
  const hasEnded = phase === 'Completed' || phase === 'Failed' || phase === 'Refused'
  // The rights in a namespace are deleted with it.
  if (isTerminating || hasEnded) return nothing
  const isDeleted = experiment.metadata.deletionTimestamp !== undefined
  const lease = await readLease(client, namespace, signal).catch((error) => {
    if (isDeleted && !originals && error instanceof KubeError && error.status === 403) return undefined
    throw error
  })
  if (isDeleted && !originals) return { ...nothing, lease }
  const within = { namespace }
  const limitRanges = await all(client, LIMIT_RANGES, within, signal)
  return {
    ...nothing,
    lease,
    targets: await Promise.all(
      targetsOf(experiment.spec).map((target) => readTarget(client, namespace, target, signal)),
    ),
    autoscalers: (await all(client, HPAS, within, signal)) as AutoscalerObject[],
    verticalAutoscalers: originals
      ? []
      : (((await all(client, VPAS, within, signal).catch(unlessMissing)) ?? []) as VerticalAutoscalerObject[]),
    rules: mergeLimitRules(limitRanges.map((one) => readLimitRange((one as { spec?: unknown }).spec))),
    loads: originals ? await observeLoads(client, settings, experiment, signal) : [],
  }
}

async function readLease(client: KubeClient, namespace: string, signal: AbortSignal): Promise<HeldLease | undefined> {
  const lease = await client.get<Lease>(LEASES, { namespace, name: LEASE }, { signal }).catch(unlessMissing)
  if (!lease) return undefined
  const { holderIdentity = '', renewTime } = lease.spec ?? {}
  return {
    holder: holderIdentity ?? '',
    renewedAt: Date.parse(renewTime ?? '') || 0,
    resourceVersion: lease.metadata.resourceVersion ?? '',
  }
}

async function readTarget(
  client: KubeClient,
  namespace: string,
  { kind, name }: { readonly kind: 'Deployment' | 'StatefulSet'; readonly name: string },
  signal: AbortSignal,
): Promise<ObservedTarget> {
  const type = kind === 'Deployment' ? DEPLOYMENTS : STATEFUL_SETS
  const object = await client.get<TargetObject>(type, { namespace, name }, { signal }).catch(unlessMissing)
  if (!object) return { object: undefined, pods: [] }
  const labelSelector = selectorOf(object.spec)
  const pods = await all(client, PODS, { namespace, labelSelector }, signal)
  return { object, pods: pods as unknown as RunningPod[] }
}

/** A label selector as the API server takes it in a query. */
export function selectorOf({ selector }: WorkloadSpec): string {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {}
  const operators: Readonly<Record<string, (key: string, values: string) => string>> = {
    In: (key, values) => `${key} in (${values})`,
    NotIn: (key, values) => `${key} notin (${values})`,
    Exists: (key) => key,
    DoesNotExist: (key) => `!${key}`,
  }
  return [
    ...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`),
    ...matchExpressions.map(({ key, operator, values = [] }) => operators[operator]?.(key, values.join(',')) ?? key),
  ].join(',')
}

async function all(
  client: KubeClient,
  type: ResourceType,
  selection: { readonly namespace?: string; readonly labelSelector?: string; readonly fieldSelector?: string },
  signal: AbortSignal,
): Promise<KubeObject[]> {
  const objects: KubeObject[] = []
  for await (const { items } of client.list<KubeObject>(type, { ...selection, signal })) objects.push(...items)
  return objects
}
