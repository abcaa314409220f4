import assert from 'node:assert/strict'
import { test } from 'node:test'
import { collectProcessMetrics, createMetrics } from '../../src/telemetry/index.ts'

test('names follow the conventions: a common prefix, counters end in _total, units are base units', async () => {
  const { registry } = createMetrics()
  for (const { name, type, help } of await registry.getMetricsAsJSON()) {
    assert.match(name, /^plimsoll_[a-z_]+$/)
    assert.equal(String(type) === 'counter', name.endsWith('_total'), name)
    assert.match(help, /\.$/, name)
    assert.doesNotMatch(name, /milli|micro|_ms|minutes/)
  }
})

test('an admission takes well under a millisecond, so the buckets begin at 100 µs', async () => {
  const { registry, admissionDuration } = createMetrics()
  admissionDuration.observe(0.00008)
  admissionDuration.observe(0.0007)
  const text = await registry.metrics()
  assert.match(text, /plimsoll_admission_duration_seconds_bucket\{le="0.0001"\} 1\n/)
  assert.match(text, /plimsoll_admission_duration_seconds_bucket\{le="0.0005"\} 1\n/)
  assert.match(text, /plimsoll_admission_duration_seconds_bucket\{le="0.001"\} 2\n/)
  assert.match(text, /plimsoll_admission_duration_seconds_bucket\{le="10"\} 2\n/)
})

test('every mode and outcome is 0 before the first request, so that the first shows as an increase', async () => {
  const text = await createMetrics().registry.metrics()
  for (const mode of ['auto', 'approve']) {
    for (const outcome of ['patched', 'skipped', 'failed_open', 'refused', 'aborted']) {
      assert.ok(text.includes(`plimsoll_admission_requests_total{mode="${mode}",outcome="${outcome}"} 0\n`), outcome)
    }
  }
})

test('reasons are counted by code; a mistake that makes up codes cannot make up series without end', async () => {
  const { registry, countReason } = createMetrics()
  countReason('Applied')
  for (let i = 0; i < 5000; i++) countReason(`Reason${i}`)
  countReason('Applied')
  const text = await registry.metrics()
  const series = text.split('\n').filter((line) => line.startsWith('plimsoll_admission_reasons_total{'))
  assert.equal(series.length, 101)
  assert.ok(series.includes('plimsoll_admission_reasons_total{code="Applied"} 2'))
  assert.ok(series.includes('plimsoll_admission_reasons_total{code="Other"} 4901'))
})

test('each set of metrics has its own registry', async () => {
  const [one, other] = [createMetrics(), createMetrics()]
  one.snapshotRecommendations.set(5)
  assert.match(await other.registry.metrics(), /^plimsoll_snapshot_recommendations 0$/m)
})

test('the process itself can be watched: memory, CPU, event loop', async () => {
  const metrics = createMetrics()
  collectProcessMetrics(metrics)
  const text = await metrics.registry.metrics()
  for (const name of [
    'process_resident_memory_bytes',
    'process_cpu_seconds_total',
    'nodejs_eventloop_lag_p99_seconds',
  ]) {
    assert.match(text, new RegExp(`^${name} \\d`, 'm'))
  }
})
