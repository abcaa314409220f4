import { createLearnerMetrics, createMetrics } from '../../src/telemetry/index.ts'
import { head, table } from './markdown.ts'

const ABOUT = `Both programs serve metrics in Prometheus format, without TLS: the webhook on port 8080 of its Pods (\`webhook.opsPort\`), the learner on port 8081
(\`learner.opsPort\`). With \`metrics.serviceMonitor.enabled\`, the Prometheus operator scrapes both. The names and labels below are those of this
version. [Alerts](alerts.md) use some of them.

\`\`\`
kubectl get --raw /api/v1/namespaces/plimsoll/pods/POD:8080/proxy/metrics | grep ^plimsoll_
\`\`\``

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
