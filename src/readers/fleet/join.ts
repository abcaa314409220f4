import type { ContainerFacts, Note, WorkloadFacts } from '../../insight/index.ts'
import { type Workload, workloadKey } from '../../workloads/index.ts'
import { type ClusterReading, recommendationOf } from './cluster.ts'
import { type PrometheusReading, withTroubles } from './from-prometheus.ts'
import { goneNote, REPLICAS_MISSING } from './notes.ts'
import { isNowAndThen, type Usage, UsageByContainer } from './usage.ts'

/** What was read besides the requests and limits of workloads. */
export interface Readings {
  readonly cluster: ClusterReading | undefined
  readonly signals: PrometheusReading | undefined
  readonly usage: Usage | undefined
  /** Adds what the learners of a cluster know about a container. */
  readonly learner: ((workload: Workload, container: ContainerFacts) => ContainerFacts) | undefined
}

/** Joins requests, usage, learned and published values, for each workload. */
export function join(
  asked: readonly WorkloadFacts[],
  { cluster, signals, usage, learner }: Readings,
): { readonly workloads: readonly WorkloadFacts[]; readonly notes: readonly Note[] } {
  const byContainer = usage && new UsageByContainer(usage)
  const { unasked, notes } = cluster || !byContainer ? { unasked: [], notes: [] } : unaskedIn(byContainer, asked)
  const workloads = [...asked, ...unasked].map((facts) => {
    const published = { ...facts, ...(cluster && publishedOf(cluster, facts)) }
    const used = byContainer ? withUsage(published, byContainer) : published
    const containers = learner ? used.containers.map((one) => learner(used.workload, one)) : used.containers
    return signals ? withTroubles({ ...used, containers }, signals) : { ...used, containers }
  })
  return { workloads, notes }
}

/** Workloads that are only in the history and that still run. */
function unaskedIn(
  usage: UsageByContainer,
  asked: readonly WorkloadFacts[],
): { readonly unasked: readonly WorkloadFacts[]; readonly notes: readonly Note[] } {
  const known = new Set(asked.map(({ workload }) => workloadKey(workload)))
  const others = usage.workloads.filter((one) => !known.has(workloadKey(one)))
  const found = others.map((workload) => ({ workload, facts: usage.factsOf(workload) }))
  const facts = found.flatMap((one) => one.facts ?? [])
  const gone = found.filter((one) => !one.facts).map(({ workload }) => workload)
  return {
    unasked: facts.map((one) => ({ ...one, pods: one.pods ?? 1 })),
    notes: [
      ...(gone.length > 0 ? [goneNote(gone)] : []),
      ...(facts.some(({ pods }) => pods === undefined) ? [REPLICAS_MISSING] : []),
    ],
  }
}

function publishedOf(
  cluster: ClusterReading,
  { workload, criticality }: WorkloadFacts,
): Pick<WorkloadFacts, 'mode' | 'criticality' | 'recommendation' | 'slosOverTime'> {
  const recommendation = recommendationOf(cluster, workload)
  const status = recommendation?.status
  const mode = cluster.modes.get(workload.namespace) ?? status?.mode
  const highest = status?.criticality ?? criticality
  const slosOverTime = cluster.published?.slos.get(workloadKey(workload))
  return {
    ...(mode && { mode }),
    ...(highest && { criticality: highest }),
    ...(slosOverTime && { slosOverTime }),
    ...(status && {
      recommendation: { name: recommendation.metadata.name, status, spec: recommendation.spec },
    }),
  }
}

function withUsage(facts: WorkloadFacts, usage: UsageByContainer): WorkloadFacts {
  const containers = facts.containers.map((container) => usage.addTo(facts.workload, container))
  if (!isNowAndThen(facts.workload)) return { ...facts, containers }
  // Workloads that run at times reserve their requests only while they run, so their current Pods do not count.
  const pods = usage.podsOf(facts.workload) || facts.pods
  return {
    ...facts,
    ...(pods !== undefined && { pods }),
    containers: containers.map(({ reserved: _, reservedBefore: __, ...rest }) => rest),
  }
}
