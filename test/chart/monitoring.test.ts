// Alerts ask for metrics that exist, in expressions that Prometheus can read, and fire when they should. grafana.test.ts is about the dashboard.
import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { CHART } from '../../scripts/chart/files.ts'
import { collectProcessMetrics, createLearnerMetrics, createMetrics } from '../../src/telemetry/index.ts'

const run = promisify(execFile)

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly annotations: Readonly<Record<string, string>>
}

const ALERTS = join(CHART, 'files', 'alerts.yaml')
const rules: readonly Rule[] = parse(readFileSync(ALERTS, 'utf8')).groups[0].rules
test('every alert asks for metrics that are there', async () => {
  const webhook = createMetrics()
  collectProcessMetrics(webhook)
  const { registry } = createLearnerMetrics()
  const known = new Set(
    [...(await webhook.registry.getMetricsAsJSON()), ...(await registry.getMetricsAsJSON())].map(({ name }) => name),
  )
  // kube-apiserver's own (apiserver/pkg/admission/metrics).
  known.add('apiserver_admission_webhook_fail_open_count')
  for (const { alert: what, expr } of rules) {
    const names = expr.match(/\b(plimsoll|apiserver|process|nodejs)_[a-z_]+/g) ?? []
    assert.ok(names.length > 0, what)
    for (const name of names) assert.ok(known.has(name.replace(/_bucket$/, '')), `${what}: ${name}`)
  }
})

test('there is an alert for each thing that can go wrong unseen', () => {
  assert.deepEqual(rules.map(({ alert }) => alert).sort(), [
    'PlimsollBoostNotRemoved',
    'PlimsollCertificateExpiring',
    'PlimsollDown',
    'PlimsollFailOpen',
    'PlimsollLearnerStale',
    'PlimsollSloBurning',
    'PlimsollSloMissing',
    'PlimsollSnapshotOld',
    'PlimsollStrangers',
    'PlimsollUnreachable',
    'PlimsollUnready',
  ])
  for (const { alert, annotations } of rules) {
    for (const name of ['summary', 'description']) assert.match(annotations[name] ?? '', /\.$/, `${alert} ${name}`)
  }
})

const promtool = spawnSync('promtool', ['--version']).status === 0
describe('as Prometheus reads them', { skip: !promtool && 'there is no promtool (Debian: prometheus)' }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'plimsoll-alerts-'))
  after(() => rmSync(directory, { recursive: true, force: true }))
  const write = (name: string, content: object) => {
    const file = join(directory, name)
    // JSON is YAML.
    writeFileSync(file, JSON.stringify(content))
    return file
  }

  test('every expression is one', async () => {
    const { stdout } = await run('promtool', ['check', 'rules', ALERTS])
    assert.match(stdout, new RegExp(`SUCCESS: ${rules.length} rules found`))
  })

  test('all is quiet while all is well, and each alert fires for its own trouble', async () => {
    // A sample a minute for two hours; time starts at 0, so that timestamps count from there too.
    const pod = (name: string) => `{pod="${name}"}`
    const well = {
      [`plimsoll_webhook_ready${pod('a')}`]: '1x120',
      [`plimsoll_webhook_ready${pod('b')}`]: '1x120',
      [`plimsoll_snapshot_heard_timestamp_seconds${pod('a')}`]: '0+60x120',
      [`plimsoll_certificate_expiry_timestamp_seconds${pod('a')}`]: '7776000x120',
      'plimsoll_admission_fail_open_total{reason="InternalError"}': '3x120',
      // Whoever tries once, as helm test does, is no trouble.
      'plimsoll_admission_strangers_total{lacks="key"}': '3x108 4x12',
      'apiserver_admission_webhook_fail_open_count{name="auto.plimsoll.dev",type="admit"}': '3x120',
      'plimsoll_boosts{state="overdue"}': '0x120',
      [`plimsoll_admission_boosts_total${pod('a')}`]: '0x60 1+1x60',
      [`plimsoll_boosts_looked_at_timestamp_seconds${pod('a')}`]: '0+60x120',
      [`plimsoll_boosts_looked_at_timestamp_seconds${pod('b')}`]: '0x120',
      [`plimsoll_slo_burning_after_change${pod('a')}`]: '0x120',
      // This one led before.
      [`plimsoll_slo_burning_after_change${pod('b')}`]: '1x120',
      'plimsoll_slo_objectives{pod="a",state="Met"}': '7x120',
      'plimsoll_slo_objectives{pod="a",state="NoSeries"}': '0x120',
      'plimsoll_slo_objectives{pod="b",state="NoSeries"}': '3x120',
      [`plimsoll_learner_leading${pod('a')}`]: '1x120',
      [`plimsoll_learner_leading${pod('b')}`]: '0x120',
      [`plimsoll_learner_last_publish_timestamp_seconds${pod('a')}`]: '0+60x120',
      [`plimsoll_learner_last_publish_timestamp_seconds${pod('b')}`]: '0x120',
      [`plimsoll_learner_last_usage_timestamp_seconds${pod('a')}`]: '0+60x120',
    }
    const troubles: Record<string, Record<string, string>> = {
      PlimsollDown: { [`plimsoll_webhook_ready${pod('a')}`]: '_x120', [`plimsoll_webhook_ready${pod('b')}`]: '_x120' },
      PlimsollUnready: { [`plimsoll_webhook_ready${pod('b')}`]: '0x120' },
      PlimsollFailOpen: { 'plimsoll_admission_fail_open_total{reason="InternalError"}': '3x110 4x9' },
      PlimsollUnreachable: {
        'apiserver_admission_webhook_fail_open_count{name="auto.plimsoll.dev",type="admit"}': '3x110 5x9',
      },
      PlimsollStrangers: { 'plimsoll_admission_strangers_total{lacks="key"}': '3x100 4+1x20' },
      PlimsollBoostNotRemoved: { 'plimsoll_boosts{state="overdue"}': '0x100 1x20' },
      PlimsollSloBurning: { [`plimsoll_slo_burning_after_change${pod('a')}`]: '0x100 1x20' },
      PlimsollSloMissing: { 'plimsoll_slo_objectives{pod="a",state="NoSeries"}': '0x20 2x100' },
      PlimsollCertificateExpiring: { [`plimsoll_certificate_expiry_timestamp_seconds${pod('a')}`]: '1200000x120' },
      PlimsollSnapshotOld: { [`plimsoll_snapshot_heard_timestamp_seconds${pod('a')}`]: '60x120' },
      PlimsollLearnerStale: {
        [`plimsoll_learner_last_publish_timestamp_seconds${pod('a')}`]: '0+60x10 600x109',
      },
    }
    const states: [string | undefined, Record<string, string>][] = [
      [undefined, well],
      ...Object.entries(troubles).map(([alert, trouble]) => [alert, { ...well, ...trouble }] as [string, typeof well]),
      // The learner has been gone for ten minutes.
      [
        'PlimsollBoostNotRemoved',
        { ...well, [`plimsoll_boosts_looked_at_timestamp_seconds${pod('a')}`]: '0+60x109 _x11' },
      ],
      ['PlimsollLearnerStale', { ...well, [`plimsoll_learner_leading${pod('a')}`]: '0x120' }],
    ]
    const file = write('test.yaml', {
      rule_files: [ALERTS],
      tests: states.map(([firing, series]) => ({
        interval: '1m',
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        promql_expr_test: rules.map(({ alert }) => ({
          expr: `count(ALERTS{alertname="${alert}",alertstate="firing"})`,
          eval_time: '119m',
          exp_samples: alert === firing ? [{ labels: '{}', value: 1 }] : [],
        })),
      })),
    })
    await run('promtool', ['test', 'rules', file])
  })
})
