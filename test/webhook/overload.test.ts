import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LIMITS } from '../../src/webhook/limits.ts'
import { connectRaw, eventually, type Harness, review, startHarness } from './harness.ts'

/** A request whose headers have arrived and whose body is incomplete. */
async function halfSent(harness: Harness, bytesSent: number) {
  const body = review({ object: { padding: 'x'.repeat(100_000) } })
  const connection = await connectRaw(harness)
  const head = `POST /mutate/auto HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`
  connection.socket.write(`${head}\r\n\r\n${body.slice(0, bytesSent)}`)
  return { ...connection, finish: () => connection.socket.write(body.slice(bytesSent)) }
}

const SHED = { error: 'Overloaded' }

test('beyond the limit of concurrent requests, a review is allowed without a patch; those in progress are decided', async (t) => {
  const harness = await startHarness(t, { limits: { inFlight: 1 } })
  const { post, metric } = harness
  const first = await halfSent(harness, 10)
  await eventually(async () => {
    const { status, json } = await post('/mutate/auto', review({ uid: 'shed' }))
    assert.deepEqual([status, json.response], [200, { uid: 'shed', allowed: true, auditAnnotations: SHED }])
  })
  assert.ok((await metric('plimsoll_admission_fail_open_total{reason="Overloaded"}')) >= 1)
  first.finish()
  await eventually(() => assert.match(first.received(), /"reasons":"NoRecommendation"/))
  assert.equal((await post('/mutate/auto', review())).json.response.auditAnnotations.reasons, 'NoRecommendation')
})

test('a request that does not begin like a review is refused during an overload', async (t) => {
  const harness = await startHarness(t, { limits: { inFlight: 0 } })
  const { status, json } = await harness.post('/mutate/auto', JSON.stringify(JSON.parse(review()), null, 2))
  assert.deepEqual([status, json.reason], [503, 'Overloaded'])
})

test('beyond the limit of memory for bodies, a review is allowed without a patch, and the memory is released', async (t) => {
  const harness = await startHarness(t, { limits: { bufferedBytes: 60_000 } })
  const { post } = harness
  const first = await halfSent(harness, 50_000)
  const object = { padding: 'x'.repeat(20_000) }
  await eventually(async () => {
    const { json } = await post('/mutate/auto', review({ object }))
    assert.deepEqual(json.response.auditAnnotations, SHED)
  })
  first.finish()
  await eventually(() => assert.match(first.received(), /"error":"Overloaded"/))
  const { json } = await post('/mutate/auto', review({ object }))
  assert.deepEqual(json.response.auditAnnotations, { reasons: 'NoRecommendation' })
})

test('clients that disconnect half-way release their slot and memory', async (t) => {
  const harness = await startHarness(t, { limits: { inFlight: 2, bufferedBytes: 60_000 } })
  for (let i = 0; i < 20; i++) {
    const connection = await halfSent(harness, 30_000)
    connection.socket.destroy()
    await connection.closed
  }
  await eventually(async () =>
    assert.equal(await harness.metric('plimsoll_admission_requests_total{mode="auto",outcome="aborted"}'), 20),
  )
  const { json } = await harness.post('/mutate/auto', review({ object: { padding: 'x'.repeat(50_000) } }))
  assert.deepEqual(json.response.auditAnnotations, { reasons: 'NoRecommendation' })
})

test('five hundred concurrent reviews are all decided within the default limits of memory and concurrency', async (t) => {
  // All five hundred handshakes start at the same time, on the test's core as well.
  const patient = { handshakeMilliseconds: 60_000, headersMilliseconds: 60_000, requestMilliseconds: 60_000 }
  const { post } = await startHarness(t, { limits: patient })
  const replies = await Promise.all(
    Array.from({ length: 500 }, (_, i) => post('/mutate/auto', review({ uid: `u${i}` }))),
  )
  replies.forEach(({ status, json }, i) => {
    assert.deepEqual([status, json.response.uid, json.response.auditAnnotations.error], [200, `u${i}`, undefined])
  })
})

test('the limits suit kube-apiserver: idle connections are kept for more than its 90 s, and a complete object fits', () => {
  assert.ok(LIMITS.keepAliveMilliseconds > 90_000)
  assert.ok(LIMITS.bodyBytes > 3 * 1024 * 1024)
  assert.ok(LIMITS.bufferedBytes >= LIMITS.bodyBytes)
})
