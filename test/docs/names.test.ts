import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { exists, namesOf } from './names.ts'
import { CURRENT_PAGES, textOf } from './pages.ts'

/** Names of Kubernetes and of other programs. */
const OTHERS = new Set([
  ...['HttpOnly', 'RequestResponse', 'NativeHistogramBucketFactor'],
  ...['metrics.k8s.io', 'experiments.plimsoll.dev'],
])

test('every metric, alert, value, label, annotation, code and field that a page names exists', () => {
  // Pages that compare name what other programs have.
  const pages = CURRENT_PAGES.filter((page) => !page.startsWith('docs/compare/'))
  const all = pages.flatMap((page) => namesOf(page, textOf(page)))
  for (const [kind, least] of Object.entries({ metric: 50, alert: 10, value: 100, label: 60, code: 200, field: 20 }))
    assert.ok(
      all.filter((named) => named.kind === kind).length >= least,
      `fewer than ${least} of the kind ${kind} were found`,
    )
  const missing = all.filter((named) => !exists(named) && !OTHERS.has(named.name))
  assert.deepEqual(
    missing.map(({ where, name }) => `${where}: ${name}`),
    [],
  )
})

describe('the checker of names', () => {
  const unknown = (line: string) =>
    namesOf('page.md', line)
      .filter((named) => !exists(named))
      .map(({ name }) => name)

  test('refuses what the product does not have', () => {
    assert.deepEqual(unknown('see `plimsoll_admission_request_total` and `plimsoll_webhook_ready`'), [
      'plimsoll_admission_request_total',
    ])
    assert.deepEqual(unknown('`PlimsollDown`, `PlimsollTired`'), ['PlimsollTired'])
    assert.deepEqual(unknown('`settings.apply.running`, `apply.lastReplica`, `settings.apply.runing`'), [
      'settings.apply.runing',
    ])
    assert.deepEqual(unknown('helm upgrade … --set dashboard.enabled=true --set dashboard.enable=true'), [
      'dashboard.enable',
    ])
    assert.deepEqual(unknown('`plimsoll.dev/mode: auto` and `plimsoll.dev/moode`'), ['plimsoll.dev/moode'])
    assert.deepEqual(unknown('`status.running.waiting`, `spec.runing`, `status.slos[].total`'), ['spec.runing'])
    assert.deepEqual(unknown('`WaitsForSlo` but `WaitsForNobody`'), ['WaitsForNobody'])
  })

  test('takes series of histograms, and beginnings of names', () => {
    assert.deepEqual(unknown('plimsoll_admission_duration_seconds_bucket, grep plimsoll_'), [])
  })
})
