import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderCsv } from '../../../src/commands/report/csv.ts'
import { renderIdle } from '../../../src/commands/report/idle.ts'
import { ASKED, insightOf, MIB, usage } from '../../insight/made.ts'

const LOOKS = { columns: 120, paint: (_: unknown, text: string) => text } as Parameters<typeof renderIdle>[1]
const containers = [{ name: 'app', author: ASKED, now: ASKED, usage: usage([[1, 0.003, MIB]]) }]

test('the report lists idle workloads with their cost, and never scales them', () => {
  const { fleet } = insightOf({ containers, receivedBytesPerSecond: 300.4 })
  const text = renderIdle(fleet, LOOKS)
  assert.match(text, /^Idle for 14 days\n/)
  assert.match(text, /shop\/web +Deployment +2 +\$49\.64 +3m +300 B\/s +not in this time/)
  assert.match(text, /kubectl scale --replicas=0\. Plimsoll never does that\./)
  assert.match(renderCsv(fleet), /,workload_idle,workload_last_active,/)
  assert.match(renderCsv(fleet), /,yes,,/)
})

test('without idle workloads the section is absent', () => {
  assert.equal(renderIdle(insightOf({ containers, receivedBytesPerSecond: 9000 }).fleet, LOOKS), '')
})

test('of many idle workloads the most expensive are listed, and the rest counted', () => {
  const workloads = Array.from({ length: 12 }, (_, i) => ({
    ...{ workload: { namespace: 'shop', kind: 'Deployment', name: `web-${i}` }, pods: i + 1, containers },
  }))
  const text = renderIdle(insightOf({}, { workloads }).fleet, LOOKS)
  assert.match(text.split('\n')[2]!, /web-11 /)
  assert.match(text, /And 2 more; see --output json\./)
})
