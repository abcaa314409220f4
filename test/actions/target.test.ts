import assert from 'node:assert/strict'
import { test } from 'node:test'
import { namedBy, targetOf, timeAfter } from '../../src/actions/index.ts'

test('a workload is named as for kubectl', () => {
  const workload = { namespace: 'shop', kind: 'StatefulSet', name: 'db' }
  for (const text of ['statefulset/db', 'sts/db', 'StatefulSet/db']) {
    assert.deepEqual(targetOf(text, 'shop').workload, workload)
  }
  for (const text of ['db', 'sts/', 'sts/DB', 'sts/a/b', './sts', 'a..b/c/d']) {
    assert.throws(() => namedBy(text, 'shop'), /does not name a workload\. Expected a name such as deployment\/web/)
  }
})

test('a workload of any kind can be named, with its API group', () => {
  const kindOf = (text: string) => namedBy(text, 'shop').workload.kind
  assert.equal(kindOf('cloneset/web'), 'cloneset')
  assert.equal(kindOf('statefulset.apps.kruise.io/db'), 'statefulset.apps.kruise.io')
  assert.throws(
    () => targetOf('cloneset/web', 'shop'),
    /cloneset\/web: expected a workload of one of these kinds: Deployment, /,
  )
})

test('a time span is a number of minutes, hours or days from now', () => {
  const now = new Date('2026-02-27T23:59:59.900Z')
  assert.equal(timeAfter('90m', now), '2026-02-28T01:29:59Z')
  assert.equal(timeAfter('12h', now), '2026-02-28T11:59:59Z')
  assert.equal(timeAfter('2d', now), '2026-03-01T23:59:59Z')
  for (const text of ['', '0d', '1.5h', '-1d', '30', '1w', '1000000d']) {
    assert.throws(() => timeAfter(text, now), /is not a duration\. Expected one such as 90m, 12h or 30d/)
  }
})
