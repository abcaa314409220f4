import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLearnerMetrics, serveMetrics } from '../../src/telemetry/index.ts'

test('metrics are served only at /metrics, and no longer after closing', async () => {
  const metrics = createLearnerMetrics()
  metrics.certificateExpiry.set({ certificate: 'serving' }, 1_800_000_000)
  const { port, close } = await serveMetrics(metrics.registry, { host: '127.0.0.1', port: 0 })
  const url = `http://127.0.0.1:${port}`
  const answer = await fetch(`${url}/metrics`)
  assert.match(answer.headers.get('content-type')!, /^text\/plain; version=0\.0\.4/)
  const text = await answer.text()
  assert.match(text, /^plimsoll_managed_certificate_expiry_timestamp_seconds\{certificate="serving"\} 1800000000$/m)
  assert.match(text, /^plimsoll_certificates_issued_total\{what="serving",repair="true"\} 0$/m)
  assert.equal((await fetch(`${url}/metrics`, { method: 'POST' })).status, 404)
  assert.equal((await fetch(`${url}/`)).status, 404)
  close()
  await assert.rejects(fetch(`${url}/metrics`))
})

test('without an address they are served on all', async () => {
  const { registry } = createLearnerMetrics()
  const { port, close } = await serveMetrics(registry, { host: undefined, port: 0 })
  assert.equal((await fetch(`http://127.0.0.1:${port}/metrics`)).status, 200)
  close()
})

test('a port in use is an error', async () => {
  const { registry } = createLearnerMetrics()
  const first = await serveMetrics(registry, { host: '127.0.0.1', port: 0 })
  await assert.rejects(serveMetrics(registry, { host: '127.0.0.1', port: first.port }), { code: 'EADDRINUSE' })
  first.close()
})
