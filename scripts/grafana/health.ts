import { BAD_AT_ZERO, GOOD_AT_ZERO, graph, type Section, stat } from './panel.ts'
import { increase, metric, ofLeader, rate } from './promql.ts'

/** Eight panels fit into a line. */
const SMALL = [3, 4] as const

const quantile = (share: number) =>
  `histogram_quantile(${share}, ${rate('plimsoll_admission_duration_seconds_bucket', 'le')})`
const ageOf = (newest: string) => `time() - ${newest}`
const memoryOf = (program: string) =>
  `${metric('process_resident_memory_bytes')} and on (cluster, pod, instance) ${metric(program)}`

/** Whether Plimsoll itself works. */
export const HEALTH: Section = {
  title: 'Health of Plimsoll',
  panels: [
    stat('Webhooks ready', `sum(${metric('plimsoll_webhook_ready')})`, {
      description: 'Webhooks that are ready to answer. Without any, Pods run as their authors wrote them.',
      unit: 'short',
      steps: BAD_AT_ZERO,
      size: SMALL,
    }),
    stat('Learners that lead', `min(sum by (cluster) (${metric('plimsoll_learner_leading')}))`, {
      description:
        'One in each cluster; of several clusters, the fewest. Without one, applied values are still injected, but nothing new is learned.',
      unit: 'short',
      steps: BAD_AT_ZERO,
      size: SMALL,
    }),
    stat('Recommendations in memory', `max(${metric('plimsoll_snapshot_recommendations')})`, {
      description: 'Recommendations that a webhook has in memory: the largest number of all webhooks.',
      unit: 'short',
      size: SMALL,
    }),
    stat('Age of the cache', ageOf(`min(${metric('plimsoll_snapshot_heard_timestamp_seconds')} > 0)`), {
      description:
        'Time since the API server last sent something about Recommendations, for the webhook that has waited longest. It sends something at least once a minute.',
      unit: 's',
      size: SMALL,
    }),
    stat('Last update', ageOf(`min(max by (cluster) (${metric('plimsoll_learner_last_publish_timestamp_seconds')}))`), {
      description: 'Time since the learner last updated the Recommendations; of several clusters, the longest.',
      unit: 's',
      size: SMALL,
    }),
    stat('Last usage', ageOf(`min(max by (cluster) (${metric('plimsoll_learner_last_usage_timestamp_seconds')}))`), {
      description: 'Time since the learner last read usage without a failure; of several clusters, the longest.',
      unit: 's',
      size: SMALL,
    }),
    stat('Certificate expires in', `min(${metric('plimsoll_certificate_expiry_timestamp_seconds')} > 0) - time()`, {
      description: 'For the webhook whose certificate expires first. Certificates are renewed automatically.',
      unit: 's',
      size: SMALL,
    }),
    stat('Certificate failures', `sum(increase(${metric('plimsoll_certificates_failures_total')}[1d]))`, {
      description: 'Checks and renewals of certificates that failed in the last day. Each is tried again.',
      unit: 'short',
      steps: GOOD_AT_ZERO,
      size: SMALL,
    }),
    graph(
      'Time to answer',
      [
        { expr: quantile(0.5), legend: 'median' },
        { expr: quantile(0.99), legend: '99th percentile' },
      ],
      { description: 'Time from the headers of an admission request to its answer.', unit: 's', size: [8, 8] },
    ),
    graph(
      'Errors: Pods admitted unchanged',
      [
        { expr: increase('plimsoll_admission_fail_open_total', 'reason'), legend: '{{reason}}' },
        {
          expr: increase(
            'apiserver_admission_webhook_fail_open_count',
            'name',
            'name=~"(auto|approve)[.]plimsoll[.]dev"',
          ),
          legend: 'API server: {{name}}',
        },
      ],
      {
        description:
          'Pods that were admitted as their authors wrote them because something failed: in the webhook, by reason, and in the API server, which could not ask the webhook.',
        unit: 'short',
        size: [8, 8],
      },
    ),
    graph(
      'Errors: connections',
      [
        { expr: rate('plimsoll_connection_errors_total', 'layer'), legend: '{{layer}}' },
        { expr: rate('plimsoll_admission_strangers_total', 'lacks'), legend: 'unknown caller: no {{lacks}}' },
      ],
      {
        description:
          'Connections that failed before a request was understood, and requests from callers that may not be the API server. A wrong caBundle shows as failing TLS handshakes (tls).',
        unit: 'reqps',
        size: [8, 8],
      },
    ),
    graph(
      'Errors: writes of the learner',
      [
        {
          expr: increase('plimsoll_learner_writes_total', 'purpose, outcome', 'outcome!="written"'),
          legend: '{{purpose}}: {{outcome}}',
        },
        { expr: `sum by (purpose) (${ofLeader('plimsoll_learner_writes_waiting')})`, legend: '{{purpose}}: waiting' },
      ],
      {
        description:
          'Writes to the API server that failed or were refused, and those that wait for their turn. The log of the learner says why a write failed.',
        unit: 'short',
        size: [8, 8],
      },
    ),
    graph(
      'Pods in Prometheus',
      [{ expr: `sum by (usage) (${ofLeader('plimsoll_learner_prometheus_pods')})`, legend: '{{usage}}' }],
      {
        description:
          'Running Pods with usage in Prometheus (read) and without (missing), and Pods of other clusters. Empty if usage comes from the metrics API.',
        unit: 'short',
        size: [8, 8],
      },
    ),
    graph(
      'Memory',
      [
        { expr: memoryOf('plimsoll_webhook_ready'), legend: 'webhook {{cluster}} {{instance}}' },
        { expr: memoryOf('plimsoll_learner_leading'), legend: 'learner {{cluster}} {{instance}}' },
      ],
      { description: 'Resident memory of each webhook and learner.', unit: 'bytes', size: [8, 8] },
    ),
  ],
}
