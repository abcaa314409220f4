import { Counter, Gauge, Registry } from 'prom-client'

export type LearnerMetrics = ReturnType<typeof createLearnerMetrics>

/** Outcomes of a write to the API server. `unwritable`: no object can have the name of the workload. */
export const WRITE_OUTCOMES = ['written', 'failed', 'refused', 'unwritable'] as const
const STEPS = ['authority', 'bundle', 'serving', 'path keys', 'path']

/** Creates every metric of the learner, in a separate registry. Labels have few, fixed values, as in the webhook. */
export function createLearnerMetrics() {
  const registry = new Registry()
  const registers = [registry]
  const certificateSteps = new Counter({
    name: 'plimsoll_certificates_issued_total',
    help: `What was issued or published (${STEPS.join(', ')}), and whether it replaced something damaged or lost.`,
    labelNames: ['what', 'repair'],
    registers,
  })
  for (const what of STEPS) for (const repair of ['true', 'false']) certificateSteps.inc({ what, repair }, 0)
  return {
    registry,
    writes: new Counter({
      name: 'plimsoll_learner_writes_total',
      help: 'Writes to the API server by purpose and outcome: written, failed (tried again), refused as invalid (tried again when something changes), unwritable (the name of the workload is not valid for an object).',
      labelNames: ['purpose', 'outcome'],
      registers,
    }),
    writesWaiting: new Gauge({
      name: 'plimsoll_learner_writes_waiting',
      help: 'Writes that wait for their turn, by purpose.',
      labelNames: ['purpose'],
      registers,
    }),
    certificateSteps,
    certificateExpiry: new Gauge({
      name: 'plimsoll_managed_certificate_expiry_timestamp_seconds',
      help: 'When the certificates in the Secrets expire (authority, serving), in Unix time; 0 while there is none.',
      labelNames: ['certificate'],
      registers,
    }),
    certificateFailures: new Counter({
      name: 'plimsoll_certificates_failures_total',
      help: 'Checks of the certificates, and steps, that failed; each is tried again.',
      registers,
    }),
    leading: new Gauge({
      name: 'plimsoll_learner_leading',
      help: 'Whether this learner leads (1) or waits (0). Over all replicas the sum is 1.',
      registers,
    }),
    lastPublished: new Gauge({
      name: 'plimsoll_learner_last_publish_timestamp_seconds',
      help: 'When this learner last updated the Recommendations while it led, in Unix time; 0 if it never has.',
      registers,
    }),
    revisionEvents: new Counter({
      name: 'plimsoll_revision_events_total',
      help: 'What happened to Recommendations, by reason: see docs/reference/reasons.md and the changelog of a Recommendation.',
      labelNames: ['reason'],
      registers,
    }),
    applyOutcomes: new Counter({
      name: 'plimsoll_apply_steps_total',
      help: 'Results of looking at running Pods, by outcome (docs/reference/metrics.md explains each) and reason, if there is one (docs/reference/reasons.md; for unable: NotServed, Forbidden).',
      labelNames: ['outcome', 'reason'],
      registers,
    }),
    applyRequests: new Counter({
      name: 'plimsoll_apply_requests_total',
      help: 'Requests for running Pods: get, list (Pods of a node), dry_run, and those that are stored: record, resize.',
      labelNames: ['request'],
      registers,
    }),
    applyPods: new Gauge({
      name: 'plimsoll_apply_pods',
      help: 'Running Pods with a Recommendation by state: Carrying (they have the applied values), Resizing, or the reason why they wait (docs/reference/reasons.md).',
      labelNames: ['reason'],
      registers,
    }),
    applyLookedAt: new Gauge({
      name: 'plimsoll_apply_looked_at_timestamp_seconds',
      help: 'When this learner last looked at all running Pods while it led, in Unix time; 0 if it never has.',
      registers,
    }),
    boosts: new Gauge({
      name: 'plimsoll_boosts',
      help: 'Containers with more CPU because their Pod starts, by state: starting, or overdue (their startup is over, but they still have the boost).',
      labelNames: ['state'],
      registers,
    }),
    boostSteps: new Counter({
      name: 'plimsoll_boost_steps_total',
      help: 'Resizes that give a boost to a restarted container or remove one, by outcome (resized, refused, left, unable, conflict, gone, failed) and reason, as in plimsoll_apply_steps_total.',
      labelNames: ['step', 'outcome', 'reason'],
      registers,
    }),
    boostsLookedAt: new Gauge({
      name: 'plimsoll_boosts_looked_at_timestamp_seconds',
      help: 'When this learner last looked for boosts to remove while it led, in Unix time; 0 if it never has.',
      registers,
    }),
    requestedCpu: new Gauge({
      name: 'plimsoll_requests_cpu_cores',
      help: 'CPU requests of all Pods of the workloads of a namespace, by requests: as their authors wrote them (authors), as the Pods have them (current), as they were learned (learned; current where nothing was learned). The 200 namespaces where most was saved or may be saved have separate values, all others are one (other namespaces). Counted with each update of the Recommendations, and in clusters of more than 2,400 workloads only every 25 s for each 1,000 workloads.',
      labelNames: ['namespace', 'requests'],
      registers,
    }),
    requestedMemory: new Gauge({
      name: 'plimsoll_requests_memory_bytes',
      help: 'Memory requests of the same Pods.',
      labelNames: ['namespace', 'requests'],
      registers,
    }),
    atRisk: new Gauge({
      name: 'plimsoll_workloads_at_risk',
      help: 'Workloads with a risk, by its code (docs/guides/report.md), as often as plimsoll_requests_cpu_cores. Risks that only samples of usage show (Throttled) are in plimsoll report.',
      labelNames: ['code'],
      registers,
    }),
    recommendations: new Gauge({
      name: 'plimsoll_recommendations',
      help: 'Recommendations of running workloads by mode (observe, approve, auto) and state, as kubectl get rec shows it, as often as plimsoll_requests_cpu_cores.',
      labelNames: ['mode', 'state'],
      registers,
    }),
    slos: new Gauge({
      name: 'plimsoll_slo_objectives',
      help: 'Objectives of SLOs by state (Met, Burning, BurningFast, NoRequests, NoSeries, Stale, Unreachable, Invalid), at the last update of the Recommendations.',
      labelNames: ['state'],
      registers,
    }),
    slosAfterChange: new Gauge({
      name: 'plimsoll_slo_burning_after_change',
      help: 'Workloads whose error budget burns fast while a revision is not proven good yet, at the last update of the Recommendations.',
      registers,
    }),
    sloShare: new Gauge({
      name: 'plimsoll_slo_bad_share',
      help: 'Share of bad requests (0..1) in the long burn window, for the 200 objectives that burn fastest.',
      labelNames: ['namespace', 'workload', 'slo', 'objective'],
      registers,
    }),
    sloBudget: new Gauge({
      name: 'plimsoll_slo_error_budget',
      help: 'Share of requests (0..1) that may be bad, for the same objectives.',
      labelNames: ['namespace', 'workload', 'slo', 'objective'],
      registers,
    }),
    scalePointWrites: new Counter({
      name: 'plimsoll_scale_point_writes_total',
      help: 'Changes of targets of HPAs together with requests, by outcome: written, conflict, failed.',
      labelNames: ['outcome'],
      registers,
    }),
    storePods: new Gauge({
      name: 'plimsoll_learner_prometheus_pods',
      help: 'Pods at the last reading of Prometheus: running Pods with usage (read) and without (missing), and Pods whose usage is left out because it is from another cluster (of_another_cluster).',
      labelNames: ['usage'],
      registers,
    }),
    storeUndecided: new Gauge({
      name: 'plimsoll_learner_prometheus_undecided_namespaces',
      help: 'Namespaces whose usage is left out because Prometheus may have data of several clusters and it is unknown which series are from this one: set prometheus.labels.',
      registers,
    }),
    nodesPresent: new Gauge({
      name: 'plimsoll_nodes_present',
      help: 'Nodes by group, at the last count (settings.nodesNeeded; every hour). The 100 largest groups have separate values.',
      labelNames: ['group'],
      registers,
    }),
    nodesNeeded: new Gauge({
      name: 'plimsoll_nodes_needed',
      help: 'Nodes that the Pods need, by group and requests: those that they have (current), with the applied values, with the learned values (docs/guides/nodes.md). Absent if the last count failed.',
      labelNames: ['group', 'requests'],
      registers,
    }),
    podsChanged: new Gauge({
      name: 'plimsoll_learner_pods_changed_after',
      help: 'Pods with values that somebody set after Plimsoll (ChangedAfterPlimsoll), such as another webhook or a person, at the last update of the Recommendations.',
      registers,
    }),
    lastUsage: new Gauge({
      name: 'plimsoll_learner_last_usage_timestamp_seconds',
      help: 'When this learner last read usage without a failure while it led, in Unix time; 0 if it never has.',
      registers,
    }),
  }
}
