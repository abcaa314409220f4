import { Slo } from '../../../src/api/index.ts'
import { readSlos, type SloSpec } from '../../../src/policy/index.ts'
import { NamespaceSlos, OwnCluster, SloCounts, StoreReader } from '../../../src/prometheus/index.ts'
import { planSlo, type SloObject, SloObjects, type SloReading } from '../../../src/slos/index.ts'
import { workloadFromPodName, workloadKey } from '../../../src/workloads/index.ts'
import { NOW } from './exported.ts'

type SloText = Parameters<typeof Slo.parse>[0]

export const BURN = { longSeconds: 3600, shortSeconds: 300, shortText: '5m' }

/** An SLO of 250 ms at p95 and 1 % of errors. */
export function sloOf(from: object, more: object = {}): SloSpec {
  const slo = { name: 'checkout', latency: { percentile: 80, below: '250ms' }, errors: { below: '10%' }, from, ...more }
  return readSlos([Slo.parse(slo as SloText)])[0]!
}

export interface ReadOptions {
  readonly namespace?: string
  /** Workloads with their Pods. */
  readonly workloads?: Readonly<Record<string, readonly string[]>>
  readonly objects?: readonly SloObject[]
  readonly atSeconds?: number
  readonly labels?: Readonly<Record<string, string>>
  /** Whether to find out which series are from this cluster. */
  readonly isGuarded?: boolean
  /** Whether to read the whole window of each objective as well. */
  readonly hasWindow?: boolean
}

export const PODS = { web: ['web-7d9f8b6c5d-x2x4z', 'web-7d9f8b6c5d-kq2vd'], api: ['api-6fdbbc5856-pcxkz'] }

/** Reads an SLO of each Deployment like the learner, from the Prometheus at a URL. */
export async function readFrom(
  url: string,
  slo: SloSpec,
  { namespace = 'shop', workloads = PODS, objects = [], atSeconds = NOW, labels, ...what }: ReadOptions = {},
): Promise<Record<string, readonly SloReading[]>> {
  const { isGuarded = false, hasWindow = false } = what
  const all = new SloObjects()
  for (const one of objects) all.put(one)
  const surroundings = { namespace, find: all.find, objects: ['pyrra', 'sloth', 'openslo'] as const, queries: true }
  const plans = planSlo(slo, surroundings)
  const known = new Map(Object.entries(workloads).flatMap(([name, pods]) => pods.map((pod) => [pod, name])))
  const slos = new NamespaceSlos(BURN, {
    namespace,
    workloadOf: (pod) => {
      const name = known.get(pod) ?? workloadFromPodName(namespace, pod)?.name
      return name !== undefined && name in workloads ? workloadKey({ namespace, kind: 'Deployment', name }) : undefined
    },
  })
  const keyOf = (name: string) => workloadKey({ namespace, kind: 'Deployment', name })
  slos.set(Object.keys(workloads).map((name) => ({ whose: { key: keyOf(name), name }, plans })))
  const options = {
    url,
    nowSeconds: () => atSeconds,
    retry: { attempts: 1, baseMilliseconds: 1, longestMilliseconds: 1 },
    ...(labels && { labels }),
  }
  const window = { fromSeconds: atSeconds - 3600, toSeconds: atSeconds }
  const cluster = new OwnCluster({
    namespaces: [namespace],
    sinceSeconds: () => Number.POSITIVE_INFINITY,
    uidsOf: (_, pod) => (known.has(pod) ? new Set([`uid-${pod}`]) : undefined),
  })
  const decided = isGuarded ? await cluster.decide(options, namespace, window) : undefined
  if (decided && 'why' in decided) throw new Error(decided.why)
  const reader = await StoreReader.open(options, undefined)
  try {
    const counts = new SloCounts(reader, namespace, decided?.guard)
    await slos.discover(counts, atSeconds)
    do {
      for (const group of slos.groups(counts)) await slos.read(counts, group, atSeconds)
      slos.readings(atSeconds)
    } while (slos.needsMoreEdges)
    for (const windowSeconds of hasWindow ? slos.windows : []) {
      const count = slos.startWindow(windowSeconds, atSeconds, 4 * 86_400)
      while ((await count.step(counts)) === 'more');
    }
    const readings = slos.readings(atSeconds)
    return Object.fromEntries(Object.keys(workloads).map((name) => [name, readings.get(keyOf(name))!]))
  } finally {
    await reader.close()
  }
}

/** Share of bad requests, to three digits. */
export function shareOf({ bad, total }: { readonly bad: number; readonly total: number }): number {
  return Number((bad / total).toFixed(3))
}
