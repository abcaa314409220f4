import assert from 'node:assert/strict'
import { test } from 'node:test'
import { intervalOf } from '../../src/prometheus/scrape-interval.ts'
import { cpuQuery } from '../../src/prometheus/usage-queries.ts'

test('an interval is the usual one that fits the number of samples, of which a range may have one more', () => {
  for (const [samples, seconds] of [
    [240, 15],
    [120, 30],
    [121, 30],
    [60, 60],
    [30, 120],
    [12, 300],
    [13, 300],
    [6, 600],
  ] as const)
    assert.equal(intervalOf(3600, samples), seconds)
  assert.equal(intervalOf(3600, 5), 720)
})

test('rates look back over four scrapes, and only for containers that were scraped in the step', () => {
  const scope = { namespace: 'shop', labels: {} }
  const ranges = (query: string) => [...new Set([...query.matchAll(/\[(\d+)s\]/g)].map(([, range]) => Number(range)))]
  const query = (shortestSeconds: number, longestSeconds = shortestSeconds) =>
    cpuQuery(scope, 300, { shortestSeconds, longestSeconds })
  assert.deepEqual(ranges(query(30)), [300])
  assert.deepEqual(ranges(query(300)), [1200, 300])
  assert.deepEqual(ranges(query(30, 300)), [300, 1200])
  assert.match(query(300), /^\(\(.*\) and \(max by \(namespace,pod,container\) \(count_over_time\(/)
  assert.ok(!query(30).includes('count_over_time'))
})
