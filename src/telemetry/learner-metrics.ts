import { Counter, Gauge, Registry } from 'prom-client'

export type LearnerMetrics = ReturnType<typeof createLearnerMetrics>

/** Outcomes of a write to the API server. `unwritable`: no object can have the name of the workload. */
export const WRITE_OUTCOMES = ['written', 'failed', 'refused', 'unwritable'] as const
const STEPS = ['authority', 'bundle', 'serving', 'path keys', 'path']

/** Creates every metric of the learner, in a separate registry. Labels have few, fixed values, as those of the webhook do. */
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
      help: 'Writes to the API server by purpose and outcome: written, failed (tried again), refused as invalid (tried again when something changes), unwritable (no object can have the name of the workload).',
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
      help: 'Looks at the certificates, and steps, that failed; each is tried again.',
      registers,
    }),
    leading: new Gauge({
      name: 'plimsoll_learner_leading',
      help: 'Whether this learner leads (1) or waits (0). Over all replicas the sum is 1.',
      registers,
    }),
    lastPublished: new Gauge({
      name: 'plimsoll_learner_last_publish_timestamp_seconds',
      help: 'When this learner, while it led, last brought the Recommendations up to date, in Unix time; 0 while it never has.',
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
      help: 'Looks at running Pods by what came of them (reviewed, resized, settled, relabelled, withdrawn, dropped, left, waits, refused, unable, failed, conflict, gone, nothing; restarted by resize, eviction or rollout, restart held, restart failed) and the reason (docs/reference/reasons.md; of unable: NotServed, Forbidden), if there is one.',
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
      help: 'Running Pods with a Recommendation by state: Carrying (has the applied revision), Resizing, or the reason why it waits (docs/reference/reasons.md).',
      labelNames: ['reason'],
      registers,
    }),
    applyLookedAt: new Gauge({
      name: 'plimsoll_apply_looked_at_timestamp_seconds',
      help: 'When this learner, while it led, last looked at all running Pods, in Unix time; 0 while it never has.',
      registers,
    }),
    boosts: new Gauge({
      name: 'plimsoll_boosts',
      help: 'Containers with more CPU because their Pod starts, by state: starting, or overdue (their startup is over, and the boost is still there).',
      labelNames: ['state'],
      registers,
    }),
    boostSteps: new Counter({
      name: 'plimsoll_boost_steps_total',
      help: 'Boosts that were to be given to a container that started again, or to be removed, by what came of it (resized, refused, left, unable, conflict, gone, failed) and the reason, as plimsoll_apply_steps_total.',
      labelNames: ['step', 'outcome', 'reason'],
      registers,
    }),
    boostsLookedAt: new Gauge({
      name: 'plimsoll_boosts_looked_at_timestamp_seconds',
      help: 'When this learner, while it led, last looked for boosts to remove, in Unix time; 0 while it never has.',
      registers,
    }),
    slos: new Gauge({
      name: 'plimsoll_slo_objectives',
      help: 'Objectives of SLOs by state (Met, Burning, BurningFast, NoRequests, NoSeries, Stale, Unreachable, Invalid), when the Recommendations were last brought up to date.',
      labelNames: ['state'],
      registers,
    }),
    slosAfterChange: new Gauge({
      name: 'plimsoll_slo_burning_after_change',
      help: 'Workloads whose error budget burns fast while a revision has not been proven good, when the Recommendations were last brought up to date.',
      registers,
    }),
    sloShare: new Gauge({
      name: 'plimsoll_slo_bad_share',
      help: 'Share of bad requests (0..1) in the long burn window, of the 200 objectives that burn fastest: one workload has few.',
      labelNames: ['namespace', 'workload', 'slo', 'objective'],
      registers,
    }),
    sloBudget: new Gauge({
      name: 'plimsoll_slo_error_budget',
      help: 'Share of requests (0..1) that may be bad, of the same objectives.',
      labelNames: ['namespace', 'workload', 'slo', 'objective'],
      registers,
    }),
    scalePointWrites: new Counter({
      name: 'plimsoll_scale_point_writes_total',
      help: 'Changes of targets of HPAs together with requests, by what came of it: written, conflict, failed.',
      labelNames: ['outcome'],
      registers,
    }),
    storePods: new Gauge({
      name: 'plimsoll_learner_prometheus_pods',
      help: 'Pods at the last reading of Prometheus: running here with usage there (read), running here without (missing), and those whose usage is left out because it is of another cluster (of_another_cluster).',
      labelNames: ['usage'],
      registers,
    }),
    storeUndecided: new Gauge({
      name: 'plimsoll_learner_prometheus_undecided_namespaces',
      help: 'Namespaces whose usage is left out because Prometheus may hold several clusters and nothing tells which series are of this one: set prometheus.labels.',
      registers,
    }),
    podsChanged: new Gauge({
      name: 'plimsoll_learner_pods_changed_after',
      help: 'Pods with values that somebody set after Plimsoll (ChangedAfterPlimsoll), another webhook or a person, when the Recommendations were last brought up to date.',
      registers,
    }),
    lastUsage: new Gauge({
      name: 'plimsoll_learner_last_usage_timestamp_seconds',
      help: 'When this learner, while it led, last took in usage without a failure, in Unix time; 0 while it never has.',
      registers,
    }),
  }
}
