import assert from 'node:assert/strict'
import { test } from 'node:test'
import { templateHashOfReplicaSet, workloadFromPodName } from '../../src/workloads/index.ts'

const of = (pod: string) => {
  const workload = workloadFromPodName('shop', pod)
  return workload && `${workload.kind}/${workload.name}`
}

test('a Pod named <name>-<hash>-<5> belongs to a Deployment', () => {
  assert.equal(of('web-7c5ddbdf54-2x8vq'), 'Deployment/web')
  assert.equal(of('web-api-v2-66b6c48dd5-zzzzz'), 'Deployment/web-api-v2')
  assert.equal(of('a-5d59d675-bcdfg'), 'Deployment/a')
  assert.equal(workloadFromPodName('shop', 'web-7c5ddbdf54-2x8vq')?.namespace, 'shop')
})

test('a Pod named <name>-<n> belongs to a StatefulSet', () => {
  assert.equal(of('postgres-0'), 'StatefulSet/postgres')
  assert.equal(of('postgres-12'), 'StatefulSet/postgres')
  assert.equal(of('kafka-broker-3-0'), 'StatefulSet/kafka-broker-3')
  assert.equal(of('postgres-10345'), 'StatefulSet/postgres')
})

test('an ordinal never has a leading zero', () => {
  assert.equal(of('postgres-01'), undefined)
})

test('a Pod named <name>-<5> belongs to a DaemonSet', () => {
  assert.equal(of('node-exporter-x7k2p'), 'DaemonSet/node-exporter')
})

test('five digits that may be generated are generated, not an ordinal', () => {
  assert.equal(of('node-exporter-24567'), 'DaemonSet/node-exporter')
})

test('a Pod named <name>-<minutes>-<5> belongs to a CronJob, with or without an index', () => {
  assert.equal(of('backup-28393920-kq2vd'), 'CronJob/backup')
  assert.equal(of('backup-28393920-3-kq2vd'), 'CronJob/backup')
  assert.equal(of('nightly-report-29799999-x2x2x'), 'CronJob/nightly-report')
})

test('minutes never count as a hash, nor a hash as minutes', () => {
  assert.equal(of('backup-29000000-kq2vd'), 'CronJob/backup')
  assert.equal(of('backup-48956789-kq2vd'), 'Deployment/backup')
})

test('a number in the name of a Deployment, DaemonSet or CronJob remains in its name', () => {
  assert.equal(of('redis-6-7c5ddbdf54-2x8vq'), 'Deployment/redis-6')
  assert.equal(of('agent-2-x7k2p'), 'DaemonSet/agent-2')
  assert.equal(of('job-1-28393920-kq2vd'), 'CronJob/job-1')
})

test('a bare Pod belongs to no workload', () => {
  assert.equal(of('debug'), undefined)
  assert.equal(of('debug-shell'), undefined)
  assert.equal(of('-0'), undefined)
  assert.equal(of(''), undefined)
})

test('a shortened name identifies nothing, unless its hash is complete', () => {
  const long = 'a'.repeat(56)
  assert.equal(of(`${long}-bx2x4z`), undefined)
  assert.equal(of(`${'a'.repeat(57)}-x2x4z`), undefined)
  assert.equal(of(`${'a'.repeat(56)}-x2x4z`), `DaemonSet/${'a'.repeat(56)}`)
  assert.equal(of(`${'a'.repeat(46)}-7c5ddbdf54-x2x4z`), `Deployment/${'a'.repeat(46)}`)
})

test('the hash is read from a ReplicaSet of a Deployment, and only from that', () => {
  assert.equal(templateHashOfReplicaSet('web-7c5ddbdf54'), '7c5ddbdf54')
  assert.equal(templateHashOfReplicaSet('web-canary'), undefined)
  assert.equal(templateHashOfReplicaSet('7c5ddbdf54'), undefined)
})

test('a hostile name is answered quickly', () => {
  const before = process.cpuUsage()
  for (const name of ['-4'.repeat(30_000), '4'.repeat(60_000), `${'-22222222'.repeat(7_000)}-`]) of(name)
  const milliseconds = process.cpuUsage(before).user / 1000
  assert.ok(milliseconds < 2_000, `${milliseconds} ms`)
})
