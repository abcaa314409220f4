import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OneCluster } from '../../../src/history/file/one-cluster.ts'
import { Selection } from '../../../src/history/file/selection.ts'

const container = { workload: { namespace: 'shop', kind: 'StatefulSet', name: 'db' }, container: 'main' }

test('series of one container in two clusters are not mixed: the error names the label and its values', () => {
  const clusters = new OneCluster(new Selection())
  clusters.check(container, { pod: 'db-0', cluster: 'prod', zone: 'a' })
  clusters.check(container, { pod: 'db-1', cluster: 'prod', zone: 'b' })
  clusters.check({ ...container }, { pod: 'other-0', cluster: 'dev' })
  assert.throws(() => clusters.check(container, { pod: 'db-0', cluster: 'dev' }), {
    name: 'HistoryError',
    message: /container main of StatefulSet shop\/db differ in cluster \("dev", "prod"\)/,
  })
  assert.throws(() => clusters.check(container, { pod: 'db-0' }), /cluster \(none at all, "prod"\)/)
})
