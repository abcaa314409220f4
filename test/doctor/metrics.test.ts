import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sumOf } from '../../src/doctor/metrics.ts'

const TEXT = `# HELP calls_total Calls.
# TYPE calls_total counter
calls_total{name="auto.plimsoll.dev",type="admit"} 3
calls_total{type="admit",name="auto.plimsoll.dev"} 4 1700000000000
calls_total{name="another.auto.plimsoll.dev",type="admit"} 100
calls_total_more{name="auto.plimsoll.dev"} 1000
plain 1.5e+03
`

test('series of a name are summed over the labels that were not asked for', () => {
  assert.equal(sumOf(TEXT, 'calls_total', { name: 'auto.plimsoll.dev' }), 7)
  assert.equal(sumOf(TEXT, 'calls_total'), 107)
  assert.equal(sumOf(TEXT, 'plain'), 1500)
})

test('where there is no such series, there is no sum', () => {
  assert.equal(sumOf(TEXT, 'calls_total', { name: 'plimsoll.dev' }), undefined)
  assert.equal(sumOf(TEXT, 'calls'), undefined)
  assert.equal(sumOf('', 'plain'), undefined)
})
