import { SIZING_POLICIES, SizingPolicySpec, SLO_TYPES, type SloObjectKind, secondsOf } from '../../api/index.ts'
import type { Settings } from '../../config/index.ts'
import { type ApiPod, Fleet, readFleetPod } from '../../fleet/index.ts'
import { type KubeClient, KubeError, type KubeObject, listAll, PODS } from '../../kube/index.ts'
import { clusterPolicy, type NamedSizingPolicy, PolicyIndex } from '../../policy/index.ts'
import { NamespaceSlos, OwnCluster, type PrometheusOptions, SloCounts, StoreReader } from '../../prometheus/index.ts'
import { newestReceived, planSlo, type SloObject, SloObjects, type SloReading } from '../../slos/index.ts'
import { type RunRule, type Workload, workloadFromPodName, workloadKey } from '../../workloads/index.ts'
import { ReaderError } from '../error.ts'

export interface SloReport {
  readonly workload: Workload
  readonly readings: readonly SloReading[]
  /** Revision that each Pod carries, by its name; undefined if it carries none. */
  readonly revisions: ReadonlyMap<string, number | undefined>
}

export interface ReadSlosOptions {
  readonly namespace: string
  readonly settings: Settings
  readonly rules: readonly RunRule[]
  readonly prometheus: PrometheusOptions
  /** Objects of Pyrra, Sloth and OpenSLO from files; undefined to read them from the cluster. */
  readonly objects?: readonly SloObject[] | undefined
  /** Which workloads are read; by default all. */
  readonly isWanted?: (workload: Workload) => boolean
  /** Whether only the burn windows are read, and not the windows of the objectives, which are long. */
  readonly isBurnOnly?: boolean
}

const FIRST_SPAN_SECONDS = 4 * 86_400
const LEAST_SPAN_SECONDS = 3600
const HOUR_SECONDS = 3600
/** Most rounds in which more bucket boundaries are requested. */
const MOST_ROUNDS = 4

/**
 * Reads the SLOs of the workloads of a namespace: SizingPolicies, Pods and objects from the cluster, series from Prometheus. Nothing is
 * written.
 *
 * @throws KubeError if Pods or SizingPolicies may not be read, HistoryError if Prometheus cannot be read
 */
export async function readSlos(client: KubeClient, options: ReadSlosOptions): Promise<readonly SloReport[]> {
  const { namespace, settings, rules, prometheus, isWanted = () => true } = options
  const fleet = await readFleet(client, namespace, settings.namespace, rules)
  const policies = await readPolicies(client, namespace, settings)
  const wanted = [...fleet.workloads()].flatMap((entry) => {
    const { slos } = policies.effective(namespace, entry.labels)
    return slos && isWanted(entry.workload) ? [{ entry, slos }] : []
  })
  if (wanted.length === 0) return []
  const kinds = settings.slos.objects
  const objects = options.objects ? given(options.objects) : await readObjects(client, kinds)
  const surroundings = {
    ...{ namespace, find: objects.find, queries: settings.slos.queries },
    objects: options.objects ? (['pyrra', 'sloth', 'openslo'] as const) : kinds,
  }
  const { long, short } = settings.slos.burn
  const burn = { longSeconds: secondsOf(long), shortSeconds: secondsOf(short), shortText: short }
  const running = fleet.runningIn(namespace)
  const keys = new Set(Array.from(fleet.workloads(), ({ workload }) => workloadKey(workload)))
  const slos = new NamespaceSlos(burn, {
    namespace,
    workloadOf: (pod) => {
      const named = workloadFromPodName(namespace, pod)
      const workload = fleet.podOf(namespace, pod)?.workload ?? (named && running(named, pod, namespace))
      const key = workload && workloadKey(workload)
      return key !== undefined && keys.has(key) ? key : undefined
    },
  })
  const plans = new Map(wanted.map(({ slos }) => [slos, slos.flatMap((slo) => planSlo(slo, surroundings))]))
  slos.set(
    wanted.map(({ entry: { workload, pods }, slos }) => ({
      whose: { key: workloadKey(workload), name: workload.name },
      plans: plans.get(slos)!,
      newest: newestReceived(pods),
    })),
  )
  const nowSeconds = prometheus.nowSeconds()
  await readSeries(slos, fleet, options)
  const readings = slos.readings(nowSeconds)
  return wanted.map(({ entry: { workload, pods } }) => ({
    workload,
    readings: readings.get(workloadKey(workload)) ?? [],
    revisions: new Map(pods.map(({ name, carries }) => [name, carries?.revision])),
  }))
}

async function readSeries(slos: NamespaceSlos, fleet: Fleet, { namespace, prometheus, isBurnOnly }: ReadSlosOptions) {
  const nowSeconds = prometheus.nowSeconds()
  const own = await guardOf(fleet, namespace, prometheus, nowSeconds)
  const reader = await StoreReader.open(prometheus, undefined)
  try {
    const counts = new SloCounts(reader, namespace, own)
    await slos.discover(counts, nowSeconds)
    for (let round = 0; round < MOST_ROUNDS; round++) {
      for (const group of slos.groups(counts)) await slos.read(counts, group, nowSeconds)
      slos.readings(nowSeconds)
      if (!slos.needsMoreEdges) break
    }
    if (isBurnOnly) return
    for (const windowSeconds of slos.windows) await readWindow(slos, counts, windowSeconds, nowSeconds)
  } finally {
    await reader.close()
  }
}

async function readWindow(slos: NamespaceSlos, counts: SloCounts, windowSeconds: number, nowSeconds: number) {
  for (let span = Math.min(windowSeconds, FIRST_SPAN_SECONDS); span >= LEAST_SPAN_SECONDS / 2; span /= 2) {
    const count = slos.startWindow(windowSeconds, nowSeconds, span)
    let outcome = await count.step(counts)
    while (outcome === 'more') outcome = await count.step(counts)
    if (outcome === 'done') return
  }
}

/** Which series are from this cluster, judged by the Pods that run here. */
async function guardOf(fleet: Fleet, namespace: string, options: PrometheusOptions, nowSeconds: number) {
  const uids = new Map(Array.from(fleet.podsIn(namespace), ({ name, uid }) => [name, new Set([uid])]))
  const cluster = new OwnCluster({
    namespaces: [namespace],
    // Deleted Pods are unknown here, so none is left out because of that.
    sinceSeconds: () => Number.POSITIVE_INFINITY,
    uidsOf: (_, pod) => uids.get(pod),
  })
  const window = { fromSeconds: nowSeconds - HOUR_SECONDS, toSeconds: nowSeconds }
  const decided = await cluster.decide(options, namespace, window)
  if ('guard' in decided) return decided.guard
  throw new ReaderError(`It is not known which series in Prometheus are from this cluster: ${decided.why}.`)
}

async function readFleet(client: KubeClient, namespace: string, plimsollNamespace: string, rules: readonly RunRule[]) {
  const fleet = new Fleet(plimsollNamespace)
  // In any mode: an SLO can be inspected before Plimsoll does anything.
  fleet.setMode(namespace, 'observe')
  fleet.replacePods(
    namespace,
    (await listAll<ApiPod & KubeObject>(client, PODS, { namespace })).map((pod) => readFleetPod(pod, rules)),
  )
  return fleet
}

async function readPolicies(client: KubeClient, namespace: string, settings: Settings): Promise<PolicyIndex> {
  const index = new PolicyIndex(clusterPolicy(settings))
  for (const { metadata, spec } of await listAll<KubeObject & { spec?: unknown }>(client, SIZING_POLICIES, {
    namespace,
  })) {
    const policy: NamedSizingPolicy = { name: metadata.name ?? '', spec: SizingPolicySpec.parse(spec) }
    index.put(namespace, policy)
  }
  return index
}

function given(all: readonly SloObject[]): SloObjects {
  const objects = new SloObjects()
  for (const one of all) objects.put(one)
  return objects
}

/** A type that is not installed in the cluster has no objects. */
async function readObjects(client: KubeClient, kinds: readonly SloObjectKind[]): Promise<SloObjects> {
  const objects = new SloObjects()
  for (const type of kinds.flatMap((kind) => SLO_TYPES[kind])) {
    const { kind } = type
    const found = await listAll<KubeObject & { spec?: unknown }>(client, type).catch((error: unknown) => {
      if (error instanceof KubeError && error.status === 404) return []
      throw error
    })
    objects.replace(
      kind,
      found.map(({ metadata, spec }) => {
        return { kind, namespace: metadata.namespace ?? '', name: metadata.name ?? '', spec }
      }),
    )
  }
  return objects
}
