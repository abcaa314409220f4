import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ReadingAccount, remarksOn } from '../../src/prometheus/account.ts'

test('left out and guessed names are counted and listed, with what to do', () => {
  const account = new ReadingAccount()
  assert.deepEqual(remarksOn(account), [])
  for (let i = 0; i < 7; i++) account.leftOut('bare', 'ci', `debug-${i}`)
  account.leftOut('bare', 'ci', 'debug-0')
  account.leftOut('static', 'kube-system', 'etcd-node-1')
  account.guess('kind', { namespace: 'shop', kind: 'StatefulSet', name: 'db' })
  account.guess('run', { namespace: 'ci', kind: 'TaskRun', name: 'build' })
  account.points = 1200
  account.bad('malformed', 3)
  account.bad('impossible')
  account.bad('notFinite', 50)
  assert.deepEqual(
    remarksOn(account).map(({ code, says }) => `${code}: ${says}`),
    [
      'PodsLeftOut: 7 Pods without a controller are left out: ci/debug-0, ci/debug-1, ci/debug-2, ci/debug-3, ci/debug-4 and 2 more.',
      'PodsLeftOut: 1 Pod that is static is left out: kube-system/etcd-node-1.',
      'OwnersGuessed: The kind of 1 workload is guessed from the names of Pods, because the store does not have their owners: shop/db (StatefulSet).',
      'OwnersGuessed: The name of 1 workload is guessed from the names of single runs, because the store does not have the labels of Pods: ci/build (TaskRun).',
      'RowsLeftOut: 4 points of 1,200 in the answers could not be used: 3 not a time and a number, 1 negative, or more than any machine has.',
    ],
  )
})
