import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CHART } from '../../scripts/chart/files.ts'
import { allMetrics } from '../../scripts/reference/metrics.ts'
import { Mode, RecommendationState, SloCondition } from '../../src/api/index.ts'
import { RISK_CODES } from '../../src/insight/index.ts'
import { REASONS } from '../../src/policy/index.ts'
import { EVENTS } from '../../src/revisions/index.ts'
import { WRITE_OUTCOMES } from '../../src/telemetry/index.ts'

export interface Panel {
  readonly type: string
  readonly title: string
  readonly description?: string
  readonly datasource?: object
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string; readonly datasource: object }[]
}

interface Variable {
  readonly name: string
  readonly query: string | { readonly query: string }
  readonly current?: { readonly value: unknown }
}

/** The dashboard for Grafana, as the chart ships it. */
export const DASHBOARD: {
  readonly schemaVersion: number
  readonly panels: readonly Panel[]
  readonly templating: { readonly list: readonly Variable[] }
} = JSON.parse(readFileSync(join(CHART, 'files', 'dashboard.json'), 'utf8'))

/** Each query of each panel. */
export const QUERIES = DASHBOARD.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr, legendFormat }) => ({ title, expr, legend: legendFormat })),
)

const APPLY_OUTCOMES = [
  ...readFileSync(join(import.meta.dirname, '../../docs/reference/metrics.md'), 'utf8')
    .split('### Outcomes')[1]!
    .matchAll(/^\| `([a-z …]+)`/gm),
].map(([, outcome]) => outcome!.replace('…', 'a resize'))

const RUNNING_REASONS = Object.entries(REASONS)
  .filter(([, { family }]) => family === 'running')
  .map(([code]) => code)

/** Values of labels that the product exports, by metric and label. Labels that hold names are not in it. */
export const LABEL_VALUES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  plimsoll_requests_cpu_cores: { requests: ['authors', 'current', 'learned'] },
  plimsoll_requests_memory_bytes: { requests: ['authors', 'current', 'learned'] },
  plimsoll_workloads_at_risk: { code: RISK_CODES },
  plimsoll_recommendations: { mode: Mode.options, state: RecommendationState.options },
  plimsoll_revision_events_total: { reason: Object.keys(EVENTS) },
  plimsoll_boosts: { state: ['starting', 'overdue'] },
  plimsoll_slo_objectives: { state: SloCondition.options },
  plimsoll_apply_steps_total: { outcome: APPLY_OUTCOMES, reason: ['', ...RUNNING_REASONS] },
  plimsoll_apply_pods: { reason: ['Carrying', 'Resizing', ...RUNNING_REASONS] },
  plimsoll_learner_writes_total: { outcome: WRITE_OUTCOMES, purpose: ['status', 'checkpoint'] },
  apiserver_admission_webhook_fail_open_count: { name: ['auto.plimsoll.dev', 'approve.plimsoll.dev'] },
}

/** Labels of every metric that the dashboard may ask for, by its name. */
export function labelsByMetric(): ReadonlyMap<string, readonly string[]> {
  const { webhook, learner } = allMetrics()
  const own = [...webhook, ...learner].flatMap(({ name, type, labelNames }): [string, readonly string[]][] =>
    type === 'histogram' ? [[`${name}_bucket`, [...labelNames, 'le']]] : [[name, labelNames]],
  )
  return new Map([
    ...own,
    // Of prom-client, and of kube-apiserver (apiserver/pkg/admission/metrics).
    ['process_resident_memory_bytes', []],
    ['apiserver_admission_webhook_fail_open_count', ['name', 'type']],
  ])
}

/** A query as Grafana sends it. */
export function asSent(expr: string, { cluster = '.*', namespace = '.*' } = {}): string {
  const prices = DASHBOARD.templating.list.flatMap(({ name, query }) =>
    typeof query === 'string' ? [[name, query] as const] : [],
  )
  const values = [['__rate_interval', '5m'], ['cluster', cluster], ['namespace', namespace], ...prices]
  return values.reduce((sent, [name, value]) => sent.replaceAll(`$${name}`, value!), expr)
}
