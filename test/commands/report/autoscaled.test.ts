import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { renderAutoscaled } from '../../../src/commands/report/autoscaled.ts'
import { renderCsv } from '../../../src/commands/report/csv.ts'
import { renderWide } from '../../../src/commands/report/wide.ts'
import { PLAIN } from '../../../src/commands/terminal/text.ts'
import type { HpaFacts } from '../../../src/insight/index.ts'
import { ASKED, insightOf, learned, WEB } from '../../insight/made.ts'

const LOOKS = { ...PLAIN, columns: 110 }
const containers = [{ name: 'app', author: ASKED, now: ASKED, learned: { balanced: learned('500m', '512Mi') } }]
const HPA: HpaFacts = {
  ...{ name: 'web', minReplicas: 3, maxReplicas: 20, replicas: 5, atMinimumShare: 0.71 },
  targets: [{ resource: 'cpu', utilization: 80, author: 80 }],
}
const workloads = [
  { workload: WEB, pods: 5, containers, hpa: HPA },
  // KEDA scales it on the length of a queue.
  {
    ...{ workload: { ...WEB, name: 'worker' }, pods: 1, containers },
    hpa: { name: 'keda-hpa-worker', minReplicas: 1, maxReplicas: 50, targets: [] },
  },
  // Only kube-state-metrics is known of it, and no request.
  {
    workload: { ...WEB, name: 'api' },
    containers: [{ name: 'app' }],
    hpa: { name: 'api', minReplicas: 2, maxReplicas: 4, atMinimumShare: 0 },
  },
  { workload: { ...WEB, name: 'fixed' }, pods: 2, containers },
]
const { fleet } = insightOf({}, { workloads })

test('the report shows what the minimum of each HPA costs, the most expensive first, and which target fits', () => {
  const text = renderAutoscaled(fleet, LOOKS)
  const path = join(import.meta.dirname, 'golden', 'autoscaled.txt')
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, text)
  assert.equal(text, readFileSync(path, 'utf8'))
})

test('a size of Pods that would cost less is named below the table, with its workload', () => {
  const says = 'Fewer, larger Pods would cost 20 % less.'
  const cheapest = { cpuCores: 2, memoryBytes: 2 ** 31, pods: 2, perMonth: 80, savedShare: 0.2, says }
  const cheaper = fleet.workloads.map((one) =>
    one.autoscaled ? { ...one, autoscaled: { ...one.autoscaled, cheapest } } : one,
  )
  assert.match(
    renderAutoscaled({ ...fleet, workloads: cheaper }, LOOKS),
    /\n {2}shop\/web: Fewer, larger Pods would cost 20 % less\.\n/,
  )
})

test('without HPAs the section is absent', () => {
  assert.equal(renderAutoscaled(insightOf({ containers }).fleet, LOOKS), '')
})

test('of many the most expensive are listed, and the rest counted', () => {
  const many = Array.from({ length: 12 }, (_, i) => ({
    ...{ workload: { ...WEB, name: `web-${i}` }, pods: i + 1, containers },
    hpa: { ...HPA, minReplicas: i + 1 },
  }))
  const text = renderAutoscaled(insightOf({}, { workloads: many }).fleet, LOOKS)
  assert.match(text.split('\n')[3]!, /web-11 /)
  assert.match(text, /And 2 more; see --output json\./)
})

test('the wide table and CSV have the same figures, and none for a workload without an HPA', () => {
  const wide = renderWide(fleet, LOOKS).split('\n')
  assert.match(wide.find((line) => line.includes('shop/web '))!, / 3 +20 +71 % +\$\S+ +\$\S+ +cpu 80 → 160 % /)
  assert.match(wide.find((line) => line.includes('shop/fixed'))!, / 2 +- +- +- +- +- +- /)
  const [names, ...rows] = renderCsv(fleet)
    .split('\r\n')
    .map((line) => line.split(','))
  const at = names!.indexOf('workload_hpa')
  const fields = (name: string) => rows.find((row) => row[2] === name)!.slice(at, at + 6)
  assert.deepEqual(fields('web').slice(0, 4), ['web', '3', '20', '0.71'])
  assert.ok(Number(fields('web')[4]) === 2 * Number(fields('web')[5]))
  assert.deepEqual(fields('fixed'), ['', '', '', '', '', ''])
})
