import assert from 'node:assert/strict'
import { test } from 'node:test'
import v8 from 'node:v8'
import vm from 'node:vm'
import { Containers } from '../../../src/history/containers.ts'
import { csvReader } from '../../../src/history/file/csv.ts'
import { parseLabels, splitSample } from '../../../src/history/file/exposition.ts'
import { type Table, tableIn } from '../../../src/history/file/layout.ts'
import { OneCluster } from '../../../src/history/file/one-cluster.ts'
import { openMetricsReader } from '../../../src/history/file/open-metrics.ts'
import type { ReaderContext } from '../../../src/history/file/row-reader.ts'
import { Selection } from '../../../src/history/file/selection.ts'
import { PodOwners } from '../../../src/history/owners.ts'

v8.setFlagsFromString('--expose-gc')
const collectGarbage = vm.runInNewContext('gc') as () => void

const SERIES = 400
const BLOCK_BYTES = 64 * 1024

/** A row as a substring of a block: while any part of it is kept, the whole block is. */
function cutFromBlock(row: string): string {
  return Buffer.from(`${'x'.repeat(BLOCK_BYTES)}\n${row}\nx`)
    .toString()
    .split('\n')[1]!
}

/** Bytes that remain after `take` received rows of many different series. */
function heldAfter(take: (row: string, index: number) => void, row: (index: number) => string): number {
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  for (let i = 0; i < SERIES; i++) take(cutFromBlock(row(i)), i)
  collectGarbage()
  return process.memoryUsage().heapUsed - before
}

const namespace = 'a-namespace-with-a-long-name'
const pod = (i: number) => `a-workload-with-a-long-name-${i}-7c5ddbdf54-2x8vq`
const LABELS = (i: number) => `namespace="${namespace}",pod="${pod(i)}",container="a-container-with-a-long-name"`

const SELECTION = new Selection()

function context(): ReaderContext {
  const containers = new Containers()
  return {
    ...{ path: 'history', window: undefined, endSeconds: Number.POSITIVE_INFINITY, remembersAll: false },
    ...{ rules: undefined, selection: SELECTION, clusters: new OneCluster(SELECTION) },
    intern: (workload, container) => containers.intern(workload, container),
    assume() {},
    unowned() {},
  }
}

// Every retained block would be 64 KiB: 26 MB in total.
const FEW = 5_000_000

test('rows of CSV keep only names in memory, not whole blocks', () => {
  const header = 'workload,timestamp,cpu_cores,memory_bytes,namespace,kind,container,pod'
  const reader = csvReader(context(), tableIn('history.csv', [header], {}) as Table)
  const held = heldAfter(
    (row) => assert.equal(reader.take(row, []), undefined),
    (i) =>
      `a-workload-with-a-long-name-${i},1700000000,1,1,${namespace},StatefulSetOrSo,a-container-with-a-long-name,${pod(i)}`,
  )
  assert.ok(held < FEW, `${held} bytes`)
  assert.equal(reader.whyIncomplete(SERIES), undefined)
})

test('OpenMetrics text keeps only names in memory, not whole blocks', () => {
  const reader = openMetricsReader(context(), new PodOwners())
  const held = heldAfter(
    (row) => assert.equal(reader.isRow(row) && reader.take(row, []), undefined),
    (i) => `container_memory_working_set_bytes{${LABELS(i)}} 5 1700000000`,
  )
  assert.ok(held < FEW, `${held} bytes`)
  assert.ok(reader.isRow('container_memory_working_set_bytes{'))
})

test('owners keep only names in memory, not whole blocks', () => {
  const owners = new PodOwners()
  const held = heldAfter(
    (row) => owners.add('kube_pod_owner', parseLabels(splitSample(row)!.labelText)!),
    (i) =>
      `kube_pod_owner{namespace="${namespace}",pod="${pod(i)}",owner_kind="StatefulSetOrSo",owner_name="a-long-name-of-${i}"} 1 2`,
  )
  assert.ok(held < FEW, `${held} bytes`)
  assert.equal(owners.workloadOf(namespace, pod(7))?.name, 'a-long-name-of-7')
})
