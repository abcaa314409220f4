import assert from 'node:assert/strict'
import { test } from 'node:test'
import { qualityTables } from '../../bench/quality/table.ts'
import type { Goal } from '../../src/api/index.ts'
import { decideAll } from '../../src/backtest/index.ts'
import { containerUsage, Scorer } from '../../src/scoring/index.ts'
import { madeUsage } from '../support/made-usage.ts'

test('the tables of quality have a line for each figure and goal, with all goals or ages beside each other', () => {
  const history = madeUsage(12)
  const usage = new Map(history.map((columns) => [columns, containerUsage(columns)]))
  const scorer = new Scorer([...usage.values()], { cadenceSeconds: 86_400, stepSeconds: 300 })
  const scoreOf = (goal: Goal) => {
    const decided = Map.groupBy(decideAll(history, '24h', goal), (one) => usage.get(one.usage)!)
    return scorer.score((one) => (decided.get(one) ?? []).map(({ decision }) => decision), goal)
  }
  const scores = { savings: scoreOf('savings'), balanced: scoreOf('balanced'), reliability: scoreOf('reliability') }
  const lines = qualityTables([{ name: '24h', scores }])
  assert.match(lines[0]!, /^ +savings +balanced +reliability$/)
  for (const what of ['CPU regret', 'memory regret', 'changes a day', 'calibration error of CPU'])
    assert.ok(
      lines.some((line) => new RegExp(`^${what}, 24h( +\\d\\.\\d+){3}$`).test(line)),
      what,
    )
  assert.equal(lines.filter((line) => /^24h, (savings|balanced|reliability) /.test(line)).length, 3)
  assert.ok(
    lines.some(
      (line) =>
        line.startsWith(`CPU regret, 24h`) && line.includes(scores.savings.regret.savings.cpu.composite.toFixed(3)),
    ),
  )
})
