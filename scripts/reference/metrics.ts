import { createLearnerMetrics, createMetrics } from '../../src/telemetry/index.ts'
import { head, table } from './markdown.ts'

const ABOUT = `Both programs serve metrics in Prometheus format, without TLS: the webhook on port 8080 of its Pods (\`webhook.opsPort\`), the learner on port 8081
(\`learner.opsPort\`). With \`metrics.serviceMonitor.enabled\`, the Prometheus operator scrapes both. The names and labels below are those of this
version. [Alerts](alerts.md) use some of them.

\`\`\`
kubectl get --raw /api/v1/namespaces/plimsoll/pods/POD:8080/proxy/metrics | grep ^plimsoll_
\`\`\``

const OUTCOMES = `### Outcomes of plimsoll_apply_steps_total

Each time the learner looks at a running Pod, it counts one of these outcomes:

${table([
  ['outcome', 'what happened'],
  ['`resized`', 'The learner wrote a resize; the kubelet carries it out.'],
  ['`settled`', 'The resize is complete, and the record on the Pod says so.'],
  ['`relabelled`', 'The values stay the same; the record on the Pod has a new revision number.'],
  ['`nothing`', 'The Pod has the applied values.'],
  [
    '`reviewed`',
    'The values were compared with those that the webhook would give now, as after a change of a policy. A resize follows if they differ.',
  ],
  ['`waits`', 'A resize is under way.'],
  ['`left`', 'The Pod stays as it is for now; the reason says why.'],
  ['`withdrawn`', 'A resize was withdrawn, because the node does not carry it out.'],
  ['`dropped`', 'A planned resize was removed from the record on the Pod before it was made.'],
  ['`refused`', 'The API server refuses the resize.'],
  ['`unable`', 'The API server has no pods/resize (NotServed), or the learner may not use it (Forbidden).'],
  ['`conflict`', 'Somebody else changed the Pod at the same time; it is looked at again.'],
  ['`gone`', 'The Pod was deleted.'],
  ['`failed`', 'The step failed and is tried again; the log says why.'],
  ['`restarted by …`', 'The Pod was restarted by a resize, an eviction or a rollout.'],
  ['`restart held`', 'The Pod has to be restarted, but must not be now; the reason says why.'],
  ['`restart failed`', 'The restart failed and is tried again; the log says why.'],
])}`

interface Metric {
  readonly name: string
  readonly help: string
  readonly type: string
  readonly labelNames: readonly string[]
}

/** Every metric of webhook and learner, as the programs register them. */
export function allMetrics(): { readonly webhook: Metric[]; readonly learner: Metric[] } {
  return { webhook: metricsOf(createMetrics().registry), learner: metricsOf(createLearnerMetrics().registry) }
}

/** The page of all metrics, as Markdown. */
export function metricsPage(): string {
  const { webhook, learner } = allMetrics()
  return [
    head('src/telemetry/', 'Metrics', ABOUT),
    `## Webhook\n\n${rows(webhook)}\n`,
    `## Learner\n\n${rows(learner)}\n`,
    `${OUTCOMES}\n`,
  ].join('\n')
}

function rows(metrics: readonly Metric[]): string {
  return table([
    ['metric', 'type', 'labels', 'what it counts'],
    ...metrics.map(({ name, type, labelNames, help }) => [
      `\`${name}\``,
      type,
      labelNames.map((label) => `\`${label}\``).join(', '),
      help,
    ]),
  ])
}

function metricsOf(registry: { getMetricsAsArray(): unknown[] }): Metric[] {
  return (registry.getMetricsAsArray() as Metric[]).filter(({ name }) => name.startsWith('plimsoll_'))
}
