// The steps of the sizing test: find the lowest CPU limit that meets the SLO, size the service by its goal alone, then by the SLO.
import { until } from '../harness/index.ts'
import { say } from '../loop/report.ts'
import { makeNamespace } from '../support/namespace.ts'
import { CHECKOUT, OBJECTIVE, PER_SECOND, policy, SETTINGS, serviceOf, USED_CORES } from './checkout.ts'
import { startLoad } from './load.ts'
import { measureBadShare } from './objective.ts'
import { findReference, type Reference } from './reference.ts'
import { addressOf, servicePods } from './service.ts'
import { Watch } from './watch.ts'
import { scrapePods, startWorld, type World } from './world.ts'

/** The most that a cgroup can have: the Pod uses less than a core, and gets it before other processes of the machine. */
const CPU_SHARES = 262_144
/** The same service in a namespace without a label, which Plimsoll leaves alone. */
const REFERENCE = { ...CHECKOUT, namespace: 'reference' }
/** How far above the lowest CPU limit that meets the SLO the service may settle. */
export const MOST_ABOVE = 1.15
const SETTLED_SECONDS = 30
const PATIENTLY = { timeoutMilliseconds: 240_000, everyMilliseconds: 1_000 }

export const millicores = (cores: number) => `${Math.round(cores * 1000)}m`
export const percent = (share: number) => `${(share * 100).toFixed(1)} %`

/** Waits for a condition on the watch. The error contains the course of the CPU limit. */
export async function patiently(what: string, watch: Watch, condition: () => boolean): Promise<void> {
  await until(what, condition, PATIENTLY).catch((error: Error) => {
    throw new Error(`${error.message} Limits: ${watch.course}`)
  })
}

export function startSizingWorld(): Promise<World> {
  const pasts = [{ workload: CHECKOUT, cores: USED_CORES }]
  const burn = { long: '40s', short: '10s' }
  return startWorld({ settings: SETTINGS, pasts, cpuShares: CPU_SHARES, burn, publishEverySeconds: 2 })
}

/** The lowest CPU limit that meets the SLO at the usual load. */
export async function measureReference({ cluster }: World): Promise<Reference> {
  await makeNamespace(cluster, REFERENCE.namespace)
  await cluster.apply(...serviceOf(REFERENCE, { request: '50m', limit: '1' }))
  const [pod] = await servicePods(cluster, REFERENCE)
  const load = await startLoad(cluster, await addressOf(cluster, REFERENCE), PER_SECOND)
  const reference = await findReference(cluster, pod!, REFERENCE.name, OBJECTIVE, 1.3 * USED_CORES)
  const { dropped, requests, p95Milliseconds } = await load.stop()
  say(`sweeps: ${reference.sweeps.map(millicores).join(', ')}`)
  say(`k6: ${requests} requests, ${dropped} dropped, p95 ${p95Milliseconds.toFixed(0)} ms`)
  await cluster.kubectl(['delete', 'namespace', REFERENCE.namespace, '--wait=false'])
  return reference
}

/** A service under its usual load, sized by its goal alone. */
export interface SizedByGoal {
  readonly watch: Watch
  /** URL that the load requests. */
  readonly url: string
  /** Share of slow requests. */
  readonly badShare: number
}

export async function sizeByGoal({ cluster, prometheus }: World, reference: Reference): Promise<SizedByGoal> {
  await makeNamespace(cluster, CHECKOUT.namespace, 'auto')
  await cluster.apply(policy({ hasSlo: false }), ...serviceOf(CHECKOUT, { request: '600m', limit: '600m' }))
  const [pod] = await servicePods(cluster, CHECKOUT)
  const url = await addressOf(cluster, CHECKOUT)
  await startLoad(cluster, url, PER_SECOND)
  scrapePods(prometheus, [pod!])
  const watch = new Watch(cluster, pod!, OBJECTIVE)
  await patiently('the goal to size it', watch, () => watch.limitCores < 0.95 * reference.cores)
  const badShare = await measureBadShare(pod!, OBJECTIVE)
  say(`by its goal alone it has ${millicores(watch.limitCores)}, and ${percent(badShare)} of requests are slow`)
  return { watch, url, badShare }
}

/** Gives the service its SLO, and waits until it meets the SLO with at most `MOST_ABOVE` times the lowest CPU limit. */
export async function settleBySlo({ cluster }: World, watch: Watch, reference: Reference): Promise<number> {
  await cluster.apply(policy({ hasSlo: true }))
  const startedAt = performance.now()
  const isClose = () => watch.limitCores <= MOST_ABOVE * reference.cores && watch.isSettled(SETTLED_SECONDS)
  await patiently('the service to settle', watch, isClose)
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
  const above = percent(watch.limitCores / reference.cores - 1)
  const slow = percent(watch.badShare(SETTLED_SECONDS))
  say(watch.course)
  say(`settled after ${seconds} s at ${millicores(watch.limitCores)}, ${above} above the least; ${slow} are slow`)
  return watch.limitCores
}
