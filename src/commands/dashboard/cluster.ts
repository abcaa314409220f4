import { EXPERIMENTS, readRecommendation } from '../../api/index.ts'
import type { Settings } from '../../config/index.ts'
import type { Backing, Viewer } from '../../dashboard/index.ts'
import { reportOf, type StoredExperiment } from '../../experiment-client/index.ts'
import { explainPod, installedRules, readDecisionInputs, readRunningStates, subjectsOf } from '../../explain/index.ts'
import { type ApiPod, type FleetPod, readFleetPod } from '../../fleet/index.ts'
import { fleetInsight, type PriceTable } from '../../insight/index.ts'
import { type KubeClient, KubeError, type KubeObject, PODS, unlessMissing } from '../../kube/index.ts'
import { readFleetFacts } from '../../readers/index.ts'
import { RECOMMENDATIONS, recommendationName } from '../../recommendations/index.ts'
import { type RunRule, runRules, workloadKey } from '../../workloads/index.ts'
import { CommandError } from '../failure.ts'
import { carriedBy } from './carried.ts'
import { explainedOf } from './explained.ts'

export interface ClusterBackingOptions {
  /** Client that reads the fleet, with the rights of the dashboard or of the person who started it. */
  readonly client: KubeClient
  readonly namespaces?: readonly string[] | undefined
  readonly prices: PriceTable
  readonly usage: Backing['usage']
  /** Settings of the installation. If undefined, they are read from the cluster, as far as the viewer may read them. */
  readonly settings: Settings | undefined
  readonly plimsollNamespace: string
  /** Secret in that namespace in which the learner publishes running Pods; without it, Pods and namespaces are read. */
  readonly fleetSecret?: string | undefined
}

/**
 * A cluster as the data source of the dashboard. The fleet is read once for all viewers; the details of a workload are
 * read with the rights of the viewer.
 */
export function clusterBacking(options: ClusterBackingOptions): Backing {
  const { client, namespaces, prices, usage, settings, plimsollNamespace, fleetSecret } = options
  let known: Promise<readonly RunRule[]> | undefined
  const rules = () => {
    known ??= settings ? Promise.resolve(runRules(settings.runLabels)) : installedRules(client, plimsollNamespace)
    return known
  }
  return {
    usage,
    async readFleet() {
      const publishedIn = fleetSecret && { namespace: settings?.namespace ?? plimsollNamespace, name: fleetSecret }
      const cluster = {
        ...{ client, rules: await rules() },
        ...(namespaces && { namespaces }),
        ...(publishedIn && { publishedIn }),
      }
      const goal = settings?.goal ?? 'balanced'
      const facts = await readFleetFacts({ cluster }, { prices, goal, nowSeconds: Date.now() / 1000 })
      return fleetInsight({ ...facts, sources: ['the cluster'] })
    },
    async recommendation(viewer, workload) {
      const { namespace } = workload
      const of = { namespace, name: recommendationName(workload) }
      const object = await clientOf(viewer).get<KubeObject>(RECOMMENDATIONS, of).catch(unlessMissing)
      return object && readRecommendation(object).recommendation
    },
    async experiments(viewer, namespace) {
      const found: StoredExperiment[] = []
      for await (const { items } of clientOf(viewer).list<StoredExperiment>(EXPERIMENTS, { namespace }))
        found.push(...items)
      const createdAt = ({ metadata }: StoredExperiment) => String(metadata.creationTimestamp ?? '')
      return found.sort((a, b) => createdAt(b).localeCompare(createdAt(a))).map(reportOf)
    },
    async pods(viewer, workload) {
      const pods: FleetPod[] = []
      const known = await rules()
      for await (const { items } of clientOf(viewer).list<KubeObject>(PODS, { namespace: workload.namespace })) {
        for (const item of items) {
          const pod = readFleetPod(item as ApiPod, known)
          if (pod.workload && workloadKey(pod.workload) === workloadKey(workload)) pods.push(pod)
        }
      }
      return { carried: carriedBy(pods, Date.now() / 1000), oomKills: pods.flatMap(oomKillsOf) }
    },
    async explain(viewer, { namespace, kind, name }) {
      const own = clientOf(viewer)
      const [subject] = await subjectsOf(`${kind}/${name}`, { namespace, client: async () => own, rules }).catch(
        forWhoMayNot,
      )
      const inputs = await readDecisionInputs(own, subject!, { settings, plimsollNamespace })
      const report = explainPod(subject!, inputs)
      if (!subject!.workload) return explainedOf(report)
      const running = await readRunningStates(own, subject!.workload, inputs, await rules()).catch(unlessForbidden)
      return explainedOf({ ...report, ...(running && { running }) })
    },
  }
}

/** People who may not read Pods see everything else. */
function unlessForbidden(error: Error): undefined {
  if (error instanceof KubeError && error.status === 403) return undefined
  throw error
}

function forWhoMayNot(error: Error): never {
  if (!(error.cause instanceof KubeError) || error.cause.status !== 403) throw error
  const act = 'The role "view" in its namespace allows it.'
  throw new CommandError(`The reasons need its template, which you may not read. ${act}`, {
    cause: error,
  })
}

function clientOf({ actor }: Viewer): KubeClient {
  return actor!.client
}

function oomKillsOf({ oomKills }: FleetPod): { container: string; time: string }[] {
  return oomKills.map(({ container, timestampSeconds }) => {
    return { container, time: new Date(timestampSeconds * 1000).toISOString() }
  })
}
