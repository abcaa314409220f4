import { EXPERIMENTS, hasEnded, targetsOf } from '../api/index.ts'
import {
  HPAS,
  type KubeClient,
  KubeError,
  LEASES,
  type Lease,
  LIMIT_RANGES,
  listAll,
  NAMESPACES,
  PODS,
  unlessMissing,
  VPAS,
} from '../kube/index.ts'
import { mergeLimitRules, readLimitRange } from '../sizing/index.ts'
import { LEASE } from './lease-name.ts'
import { type LoadSettings, observeLoads } from './load-objects.ts'
import type { AutoscalerObject, ExperimentObject, TargetObject, VerticalAutoscalerObject } from './objects.ts'
import type { HeldLease, Observed, ObservedTarget } from './observed.ts'
import { podsOf, type RunningPod } from './pods.ts'
import { TARGET_TYPES } from './target-types.ts'

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
  const [found] = await listAll(client, NAMESPACES, { fieldSelector: `metadata.name=${namespace}`, signal })
  const isTerminating = !found || found.metadata.deletionTimestamp !== undefined
  const labels = (found?.metadata.labels as Record<string, string> | undefined) ?? {}
  const nothing: Observed = {
    ...{ experiment, others, namespace: { labels, isTerminating }, lease: undefined },
    ...{ targets: [], autoscalers: [], verticalAutoscalers: [], loads: [], rules: mergeLimitRules([]) },
  }
  const { originals } = experiment.status ?? {}
  // The rights in a namespace are deleted with it.
  if (isTerminating || hasEnded(experiment.status)) return nothing
  const isDeleted = experiment.metadata.deletionTimestamp !== undefined
  const lease = await readLease(client, namespace, signal).catch((error) => {
    if (isDeleted && !originals && error instanceof KubeError && error.status === 403) return undefined
    throw error
  })
  if (isDeleted && !originals) return { ...nothing, lease }
  const within = { namespace, signal }
  const limitRanges = await listAll(client, LIMIT_RANGES, within)
  return {
    ...nothing,
    lease,
    targets: await Promise.all(
      targetsOf(experiment.spec).map((target) => readTarget(client, namespace, target, signal)),
    ),
    autoscalers: (await listAll(client, HPAS, within)) as AutoscalerObject[],
    verticalAutoscalers: originals
      ? []
      : (((await listAll(client, VPAS, within).catch(unlessMissing)) ?? []) as VerticalAutoscalerObject[]),
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
  const object = await client
    .get<TargetObject>(TARGET_TYPES[kind], { namespace, name }, { signal })
    .catch(unlessMissing)
  if (!object) return { object: undefined, pods: [] }
  const pods = await listAll(client, PODS, { ...podsOf(object), signal })
  return { object, pods: pods as unknown as RunningPod[] }
}
