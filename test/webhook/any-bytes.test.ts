import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { capturedReview, connectRaw, eventually, review, startHarness } from './harness.ts'

const whole = Buffer.from(capturedReview('native-sidecar'))

const anyBytes = fc.uint8Array({ maxLength: 4096 }).map((bytes) => Buffer.from(bytes))
const anyJson = fc.json({ maxDepth: 6 }).map((text) => Buffer.from(text))
/** A real review, cut off or with some bytes changed. */
const damaged = fc
  .record({
    end: fc.nat(whole.length),
    changes: fc.array(fc.record({ at: fc.nat(whole.length - 1), byte: fc.nat(255) }), { maxLength: 8 }),
  })
  .map(({ end, changes }) => {
    const bytes = Buffer.from(whole)
    for (const { at, byte } of changes) bytes[at] = byte
    return changes.length > 4 ? bytes : bytes.subarray(0, end)
  })
/** A review with an arbitrary value in one of its fields. */
const field = fc.constantFrom('uid', 'kind', 'operation', 'object', 'namespace', 'subResource', 'dryRun', '__proto__')
const oddReview = fc.tuple(field, fc.jsonValue()).map(([name, value]) => {
  const text = review({ replaced: 0 }).replace('"replaced":0', `${JSON.stringify(name)}:${JSON.stringify(value)}`)
  return Buffer.from(text)
})

test('any posted bytes get an answer in HTTP and JSON, a review is allowed, and the server keeps running', async (t) => {
  const { post } = await startHarness(t)
  const bodies = fc.oneof(anyBytes, anyJson, damaged, oddReview)
  await fc.assert(
    fc.asyncProperty(bodies, async (body) => {
      const { status, json } = await post('/mutate/auto', body)
      if (status === 200) {
        assert.equal(json.response.allowed, true)
        assert.equal(json.response.uid, JSON.parse(body.toString()).request.uid)
      } else {
        assert.equal(status, 400)
        assert.equal(json.kind, 'Status')
        assert.notEqual(json.reason, 'InternalError')
      }
    }),
    { numRuns: 500 },
  )
  assert.equal((await post('/mutate/auto', review())).status, 200)
})

test('any bytes written to the connection end in an answer or a closed connection, and the server keeps running', async (t) => {
  const harness = await startHarness(t, {
    limits: { headersMilliseconds: 300, requestMilliseconds: 300, checkMilliseconds: 20 },
  })
  const head = 'POST /mutate/auto HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n'
  const prefix = fc.constantFrom(
    '',
    'POST ',
    head,
    `${head}content-length: 64\r\n\r\n`,
    `${head}transfer-encoding: chunked\r\n\r\n`,
  )
  await fc.assert(
    fc.asyncProperty(prefix, anyBytes, async (start, bytes) => {
      const connection = await connectRaw(harness)
      connection.socket.end(Buffer.concat([Buffer.from(start), bytes]))
      const received = await connection.closed
      assert.match(received, /^(HTTP\/1\.1 [2-5]\d\d |$)/)
    }),
    { numRuns: 100 },
  )
  await eventually(async () => assert.equal((await harness.post('/mutate/auto', review())).status, 200))
  assert.ok(!harness.logs.some(({ level }) => level === 'error'), 'nothing of this is an error of ours')
})
