// Production, for which an experiment proposes: its load is counted, somebody approves, and Pods carry what was found.
import type { ExperimentStatus, Revision } from '../../../src/api/index.ts'
import { type Cluster, until } from '../harness/index.ts'
import { awaitStatus, recommendationOf, restartUntil } from '../loop/sight.ts'
import { assertCarries, carries } from '../loop/sized.ts'
import { type Load, startLoad } from '../slo/load.ts'
import { servicePods } from '../slo/service.ts'
import { scrapePods } from '../slo/world.ts'
import { runCommand } from '../support/command-line.ts'
import { deployApplication, RATE, workloadOf } from './application.ts'
import { EXPERIMENTS_PATH, NAMESPACE } from './installed.ts'
import type { World } from './world.ts'

const POLICIES_PATH = '/apis/plimsoll.dev/v1alpha1/sizingpolicies'
const LITTLE = { cpu: '50m' }
const PATIENTLY = { timeoutMilliseconds: 180_000, everyMilliseconds: 1000 }

/**
 * Deploys the application with half of the load of experiments, and a policy that accepts what they propose. It requests little, so that
 * an experiment has room beside it.
 */
export async function startProduction({ cluster, prometheus }: World, namespace: string): Promise<Load> {
  const url = await deployApplication(cluster, namespace, LITTLE)
  scrapePods(prometheus, await servicePods(cluster, workloadOf(namespace, 'checkout')))
  const load = await startLoad(cluster, url, RATE / 2)
  // Series that are missing at first are looked for again only after minutes.
  const query = `sum(increase(http_request_duration_seconds_count{namespace="${namespace}"}[20s])) > 0`
  await until('requests to be counted', async () => {
    const answer = await fetch(`${prometheus.url}/api/v1/query?query=${encodeURIComponent(query)}`)
    return ((await answer.json()) as { data: { result: object[] } }).data.result.length > 0
  })
  const slo = { name: 'checkout', latency: { percentile: 95, below: '250ms' }, from: { preset: { name: 'http' } } }
  await cluster.apply({
    ...{ apiVersion: 'plimsoll.dev/v1alpha1', kind: 'SizingPolicy', metadata: { name: 'all', namespace } },
    spec: { slos: [slo], experiments: { from: [NAMESPACE] } },
  })
  return load
}

/** Waits until an experiment proposes for production, and returns what its condition says. */
export async function awaitProposed({ read }: Cluster, name: string): Promise<string> {
  let said = 'nothing'
  const proposed = async () => {
    const { status } = (await read<{ status: ExperimentStatus }>(`${EXPERIMENTS_PATH}/${name}`))!
    const condition = status.conditions?.find(({ type }) => type === 'Proposed')
    if (condition) said = `${condition.reason}: ${condition.message}`
    return condition?.status === 'True' && condition.message
  }
  return await until(`${name} to propose for production`, proposed, PATIENTLY).catch(async (error: Error) => {
    const policies = await read<{ items: object[] }>(POLICIES_PATH)
    throw new Error(`${error.message} It says ${said}. ${JSON.stringify(policies!.items)}`)
  })
}

/** Approves what waits for `checkout`, restarts it, and checks that its Pods carry the revision. */
export async function approveAndCarry(cluster: Cluster, namespace: string): Promise<Revision> {
  const workload = workloadOf(namespace, 'checkout')
  const isProposed = ({ pending }: { readonly pending?: Revision | undefined }) => pending?.source === 'experiment'
  const { pending } = await awaitStatus(cluster, workload, 'the proposal to be pending', isProposed, 180_000).catch(
    async (error: Error) => {
      throw new Error(`${error.message} ${JSON.stringify(await recommendationOf(cluster, workload))}`)
    },
  )
  const approved = await runCommand(cluster.kubeconfig, ['approve', 'deployment/checkout', '-n', namespace])
  if (approved.status !== 0) throw new Error(approved.stdout + approved.stderr)
  const { applied } = await awaitStatus(
    cluster,
    workload,
    'the approved revision to be applied',
    ({ applied }) => applied !== undefined && applied.revision >= pending!.revision,
  )
  const [pod] = await restartUntil(cluster, workload, 'the revision', carries(applied!.revision))
  assertCarries(pod!, applied!)
  return applied!
}
