import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { CHART } from '../chart/files.ts'
import { head } from './markdown.ts'

const ABOUT = `The rules of \`charts/plimsoll/files/alerts.yaml\`. With \`metrics.prometheusRule.enabled\`, the chart creates a PrometheusRule with them for the
Prometheus operator; for any other Prometheus, load the file as a rule file. What each metric counts: [metrics](metrics.md).`

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string; readonly description: string }
}

/** Every alert that the chart brings. */
export function allAlerts(): Rule[] {
  const file = parse(readFileSync(join(CHART, 'files', 'alerts.yaml'), 'utf8')) as { groups: { rules: Rule[] }[] }
  return file.groups.flatMap(({ rules }) => rules)
}

/** The page of all alerts, as Markdown. */
export function alertsPage(): string {
  const sections = allAlerts().map(
    ({ alert, expr, labels, annotations, ...rule }) =>
      `## ${alert}\n\n${annotations.summary} ${annotations.description}\n\nSeverity: ${labels.severity}. Fires ${
        rule.for ? `after ${rule.for}` : 'immediately'
      }.\n\n\`\`\`promql\n${expr.trim()}\n\`\`\`\n`,
  )
  return [head('charts/plimsoll/files/alerts.yaml', 'Alerts', ABOUT), ...sections].join('\n')
}
