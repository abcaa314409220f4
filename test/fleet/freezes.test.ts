import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Freezes, readFreeze } from '../../src/fleet/index.ts'

const read = (until?: string) =>
  readFreeze(
    { 'plimsoll.dev/freeze': 'sale', ...(until !== undefined && { 'plimsoll.dev/freeze-until': until }) },
    'the namespace',
  )

test('a namespace is frozen by its annotation, with or without a reason, until the given time', () => {
  assert.equal(readFreeze({ 'plimsoll.dev/freeze-until': '2026-12-01T00:00:00Z' }, 'the namespace'), undefined)
  assert.deepEqual(readFreeze({ 'plimsoll.dev/freeze': '' }, 'the namespace'), { of: 'the namespace' })
  for (const text of ['2026-12-01T00:00:00Z', '2026-12-01T01:00:00+01:00', '2026-12-01T00:00Z'])
    assert.deepEqual(read(text), { of: 'the namespace', reason: 'sale', until: new Date('2026-12-01T00:00:00Z') })
})

test('an invalid time never ends a freeze, even if it looks like a date', () => {
  for (const text of ['', 'tomorrow', '2', 'friday 5', '1/2', '2026-13-01T00:00:00Z', '2026-12-01'])
    assert.deepEqual(read(text), { of: 'the namespace', reason: 'sale' }, text)
})

test('the freeze of the cluster and that of a namespace apply together, each until it is removed', () => {
  const freezes = new Freezes()
  const [cluster, shop] = [{ of: 'the cluster' }, { of: 'the namespace' }]
  freezes.setCluster(cluster)
  freezes.set('shop', shop)
  assert.deepEqual([freezes.of('shop'), freezes.of('other')], [[cluster, shop], [cluster]])
  freezes.setCluster(undefined)
  freezes.set('shop', undefined)
  assert.deepEqual(freezes.of('shop'), [])
})
