import assert from 'node:assert/strict'
import { test } from 'node:test'
import supertest from 'supertest'
import { createMetrics } from '../../src/telemetry/index.ts'
import { createOpsServer } from '../../src/webhook/ops.ts'

function ops(missing: Record<string, string> = {}) {
  const metrics = createMetrics()
  let refreshed = 0
  const refresh = () => metrics.snapshotRecommendations.set(++refreshed)
  return supertest(createOpsServer({ missing: () => missing, refresh, metrics }))
}

test('ready when nothing is missing', async () => {
  const { status, body, headers } = await ops().get('/readyz')
  assert.deepEqual([status, body], [200, { ready: true }])
  assert.ok(!('etag' in headers) && !('x-powered-by' in headers))
})

test('not ready while anything is missing, and the answer names all of it', async () => {
  const missing = { certificate: 'not read yet', snapshot: 'still being read' }
  const { status, body } = await ops(missing).get('/readyz')
  assert.deepEqual([status, body], [503, { ready: false, missing }])
})

test('live even if not ready, because a restart would not help', async () => {
  const { status, body } = await ops({ certificate: 'expired' }).get('/livez')
  assert.deepEqual([status, body], [200, { live: true }])
})

test('metrics are in the text format of Prometheus, with states updated for each scrape', async () => {
  const client = ops()
  const { status, headers, text } = await client.get('/metrics')
  assert.equal(status, 200)
  assert.match(headers['content-type']!, /^text\/plain; version=0\.0\.4/)
  assert.match(text, /^plimsoll_snapshot_recommendations 1$/m)
  assert.match((await client.get('/metrics')).text, /^plimsoll_snapshot_recommendations 2$/m)
})

test('other paths are not served, and the answer lists those that are', async () => {
  for (const path of ['/', '/healthz', '/mutate/auto', '/%E0']) {
    const { status, body } = await ops().get(path)
    const message = 'served here: GET /livez, /readyz, /metrics'
    assert.deepEqual([status, body], [404, { error: 'NotFound', message }], path)
  }
  assert.equal((await ops().post('/metrics')).status, 404)
})
