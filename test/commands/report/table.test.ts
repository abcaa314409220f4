import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { renderTable } from '../../../src/commands/report/table.ts'
import { renderWide } from '../../../src/commands/report/wide.ts'
import { PLAIN } from '../../../src/commands/terminal/text.ts'
import { fleetInsight } from '../../../src/insight/index.ts'
import { someFleet } from '../../insight/generated.ts'
import { ASKED, insightOf, learned, usage, WEB } from '../../insight/made.ts'

const looks = { ...PLAIN, columns: 110 }

test('any fleet is shown in 110 columns, without NaN, null or undefined', () => {
  fc.assert(
    fc.property(someFleet, (facts) => {
      const insight = fleetInsight(facts)
      const table = renderTable(insight, looks)
      for (const line of table.split('\n')) assert.ok(line.length <= 110, line)
      for (const text of [table, renderWide(insight, looks)]) assert.doesNotMatch(text, /NaN|undefined|null|Infinity/)
    }),
    { numRuns: 100 },
  )
})

test('nothing that came from a cluster steers the terminal', () => {
  const evil = '\u001B[31mred\u0007'
  const pending = {
    ...{ revision: 2, time: '2026-03-30T08:00:00Z', source: 'observed' as const, goal: 'balanced' as const },
    containers: [learned('1', '1Gi')],
  }
  const { fleet } = insightOf(
    {
      workload: { ...WEB, namespace: evil, kind: evil, name: evil },
      containers: [
        {
          ...{ name: evil, author: ASKED, now: ASKED, oomKills: 1, usage: usage([[1, 0.1, 2 ** 20]]) },
          learned: { balanced: { ...learned('500m', '1Gi'), name: evil } },
        },
      ],
      recommendation: { name: evil, status: { pending } },
    },
    { sources: [evil], notes: [{ code: 'Warning', says: evil, act: evil }] },
  )
  assert.equal(fleet.topByMoney.length, 1)
  for (const text of [renderTable(fleet, looks), renderWide(fleet, looks)]) {
    assert.ok(text.includes('?[31mred?'))
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    assert.doesNotMatch(text, /[\u0000-\u0009\u000B-\u001F\u007F]/)
  }
})

test('the next steps name what is most at risk, what waits, and the dearest, as commands that can be copied', () => {
  const status = {
    pending: {
      ...{ revision: 2, time: '2026-03-30T08:00:00Z', source: 'observed' as const, goal: 'balanced' as const },
      containers: [learned('500m', '1Gi')],
    },
  }
  const container = {
    name: 'app',
    author: ASKED,
    now: ASKED,
    oomKills: 1,
    learned: { balanced: learned('500m', '1Gi') },
  }
  const { fleet } = insightOf({ containers: [container], recommendation: { name: 'deployment-web', status } })
  const text = renderTable(fleet, looks)
  assert.match(text, /1\. Start with shop\/web, the most at risk\. Raise its memory limit/)
  assert.match(
    text,
    /2\. Approve or reject the pending revision: plimsoll approve deployment\/web -n shop \(one workload waits\)\./,
  )
  assert.match(text, /3\. See why shop\/web needs less: plimsoll explain deployment\/web -n shop\./)
  const applied = { ...status.pending, revision: 1 }
  const held = { because: 'Held' as const, message: 'held by ada' }
  const behind = insightOf({
    containers: [container],
    recommendation: { name: 'deployment-web', status: { applied, waiting: held } },
  })
  const next = renderTable(behind.fleet, looks).replaceAll(/\s+/g, ' ')
  assert.match(next, /2\. See why the Pods of shop\/web do not have the applied revision: plimsoll explain /)
  assert.match(next, /kubectl plimsoll restart deployment\/web -n shop/)
  assert.doesNotMatch(next, /waits for approval/, 'what is held waits for nobody’s approval')
})

test('SLOs that are not met come with their figures, the worst first, and the others are counted', () => {
  const slo = {
    name: 'web',
    kind: 'latency' as const,
    text: '95 % below 250 ms',
    budget: 0.05,
    time: '2026-03-30T08:00:00Z',
  }
  const slos = [
    { ...slo, state: 'Met' as const, share: 0.01 },
    { ...slo, name: 'db', state: 'NoSeries' as const },
    { ...slo, name: 'api', state: 'BurningFast' as const, share: 0.8, budgetLeft: -1.2 },
  ]
  const { fleet } = insightOf({ recommendation: { name: 'deployment-web', status: { slos } } })
  const lines = renderTable(fleet, looks).split('\n')
  const from = lines.indexOf('SLOs')
  assert.equal(lines[from + 1], '  1 Met, 1 NoSeries, 1 BurningFast')
  assert.match(lines[from + 3]!, /shop\/web +api +95 % below 250 ms +BurningFast +80 % +5.0 % +-120 %/)
  assert.match(lines[from + 4]!, /shop\/web +db .* NoSeries +\? +5.0 % +\?/)
  assert.ok(!renderTable(insightOf({}).fleet, looks).includes('SLOs'))
})
