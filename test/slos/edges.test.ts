import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { edgesUpTo, isSameEdge, readEdge } from '../../src/slos/edges.ts'
import { isFailure } from '../../src/slos/statuses.ts'

test('an edge is read however it is spelled', () => {
  for (const le of ['0.25', '0.250', '2.5e-01']) assert.equal(readEdge(le), 0.25)
  assert.equal(readEdge('+Inf'), Number.POSITIVE_INFINITY)
  assert.equal(readEdge(''), undefined)
  assert.equal(readEdge('a'), undefined)
})

test('noise of binary fractions makes no other edge, and no edge is infinite but one', () => {
  assert.ok(isSameEdge(0.3, 0.1 + 0.2))
  assert.ok(isSameEdge(250, 250.0000001))
  assert.ok(!isSameEdge(0.25, 0.2501))
  assert.ok(!isSameEdge(0.25, Number.POSITIVE_INFINITY))
  assert.ok(isSameEdge(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY))
})

test('the highest edges at or below a threshold are chosen, each in all spellings', () => {
  const les = ['+Inf', '0.1', '0.25', '0.250', '0.5', '0.05', '0.2']
  assert.deepEqual(edgesUpTo(les, 0.25, 2), ['0.25', '0.250', '0.2'])
  assert.deepEqual(edgesUpTo(les, 0.04, 2), [])
})

test('no edge that is chosen is above the threshold, and none that is left out is nearer', () => {
  const edge = fc.double({ min: 0.001, max: 100, noNaN: true })
  fc.assert(
    fc.property(fc.array(edge, { maxLength: 30 }), edge, fc.integer({ min: 1, max: 5 }), (edges, threshold, most) => {
      const chosen = edgesUpTo(edges.map(String), threshold, most).map(Number)
      assert.ok(chosen.every((one) => one < threshold || isSameEdge(one, threshold)))
      const nearest = Math.max(...edges.filter((one) => one < threshold || isSameEdge(one, threshold)))
      assert.ok(chosen.length === 0 ? !Number.isFinite(nearest) : chosen.includes(nearest))
    }),
  )
})

test('a status is a failure of the server, or not', () => {
  for (const status of ['500', '503', '599', '5xx', '5XX', '5']) assert.ok(isFailure('http', status), status)
  for (const status of ['200', '404', '4xx', '50', '5000', 'success', '']) assert.ok(!isFailure('http', status), status)
  for (const status of ['Internal', 'DEADLINE_EXCEEDED', 'DeadlineExceeded', 'unavailable', '14', '2'])
    assert.ok(isFailure('grpc', status), status)
  for (const status of ['OK', '0', 'NotFound', '5', 'Canceled', 'ResourceExhausted', '8'])
    assert.ok(!isFailure('grpc', status), status)
  assert.ok(isFailure('linkerd', 'failure'))
  assert.ok(!isFailure('linkerd', 'success'))
})
