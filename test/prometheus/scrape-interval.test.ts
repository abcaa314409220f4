import assert from 'node:assert/strict'
import { test } from 'node:test'
import { intervalOf, ScrapeIntervals } from '../../src/prometheus/scrape-interval.ts'
import type { StoreReader } from '../../src/prometheus/store-reader.ts'
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

/** Intervals of a store that has these numbers of samples in each range. */
function intervalsOf(counts: (rangeSeconds: number) => { readonly most: number; readonly least?: number }) {
  const at = async (query: string) => {
    const { most, least } = counts(Math.max(...[...query.matchAll(/\[(\d+)s\]/g)].map(([, range]) => Number(range))))
    const amounts = [{ labels: { scraped: 'most' }, value: most }]
    return least === undefined ? amounts : [...amounts, { labels: { scraped: 'least' }, value: least }]
  }
  const window = { fromSeconds: 0, toSeconds: 3600 }
  return new ScrapeIntervals({ at } as unknown as StoreReader).in({ namespace: 'shop', labels: {} }, window)
}

test('the first samples of a container say nothing about its interval', async () => {
  for (const most of [1, 2, 4]) assert.equal(await intervalsOf(() => ({ most })), undefined)
  assert.deepEqual(await intervalsOf(() => ({ most: 5 })), { shortestSeconds: 720, longestSeconds: 720 })
})

test('an interval is at most a fifth of a day, so that a rate looks back over less than a day', async () => {
  const found = await intervalsOf((range) => ({ most: range === 3600 ? 1 : 24, least: 2 }))
  assert.deepEqual(found, { shortestSeconds: 3600, longestSeconds: 17_280 })
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
