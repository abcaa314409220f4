import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Goal } from '../../src/api/index.ts'
import { decideAll } from '../../src/backtest/index.ts'
import { lookBack } from '../../src/insight/index.ts'
import { parseQuantity, toNumber } from '../../src/resources/index.ts'
import { type ContainerUsage, containerUsage, Scorer } from '../../src/scoring/index.ts'
import { madeUsage, STEP_SECONDS } from '../support/made-usage.ts'

const OPTIONS = { stepSeconds: STEP_SECONDS }

test('each goal fares as the backtest’s decisions do', () => {
  const history = madeUsage(16)
  const { fared } = lookBack(history, OPTIONS)
  const scorer = new Scorer(history.map(containerUsage), { cadenceSeconds: 86_400, stepSeconds: STEP_SECONDS })
  for (const goal of Goal.options) {
    const decisions = Map.groupBy(decideAll(history, '24h', goal), ({ usage }) => usage.container.container)
    const its = ({ container }: ContainerUsage) => decisions.get(container.container)!.map(({ decision }) => decision)
    const { cpu, memory } = scorer.score(its, goal)
    assert.equal(fared!.goals[goal].cpuReservedCoreDays, cpu.reservedCoreDays, goal)
    assert.equal(fared!.goals[goal].memoryReservedGibDays, memory.reservedGibDays, goal)
    assert.equal(fared!.goals[goal].oomDayShare, memory.oomDays, goal)
  }
})

test('every container gets what is recommended now, for each goal, and how far the past was short', () => {
  const history = madeUsage(16)
  const { facts } = lookBack(history, OPTIONS)
  for (const columns of history) {
    const { learned, replayedAbove } = facts.get(columns)!
    assert.deepEqual(Object.keys(learned!), Goal.options)
    assert.deepEqual(Object.keys(replayedAbove!), Goal.options)
    assert.ok(replayedAbove!.reliability! <= replayedAbove!.savings!, columns.container.container)
    const last = new Date(columns.secondsAt(columns.length - 1) * 1000).toISOString()
    assert.equal(learned!.balanced!.evidence!.to, last, 'all that was seen is known')
    for (const goal of Goal.options) assert.equal(learned![goal]!.name, columns.container.container)
  }
})

test('how far the past was short is the share of samples above what was decided before they came', () => {
  const history = madeUsage(12)
  const { facts } = lookBack(history, OPTIONS)
  const decided = [...decideAll(history, '24h', 'savings')]
  for (const columns of history) {
    const decisions = decided.flatMap(({ usage, decision }) => (usage === columns ? [decision] : []))
    const samples = Array.from({ length: columns.length }, (_, i) => columns.sampleAt(i)).filter(
      ({ timestampSeconds }) => timestampSeconds >= columns.secondsAt(0) + 7 * 86_400,
    )
    const above = samples.filter(({ timestampSeconds, cpuCores }) => {
      const inForce = decisions.findLast(({ fromSeconds }) => fromSeconds <= timestampSeconds)!
      return cpuCores > inForce.cpuRequestCores
    })
    assert.equal(facts.get(columns)!.replayedAbove!.savings, above.length / samples.length, columns.container.container)
  }
})

test('a history of less than a day recommends nothing, unless the minimum says so, and judges nothing before a week', () => {
  const history = madeUsage(0.9)
  const young = lookBack(history, OPTIONS)
  assert.equal(young.fared, undefined)
  assert.ok([...young.facts.values()].every(({ learned }) => learned === undefined))
  const eager = lookBack(history, { ...OPTIONS, minimumHistory: { seconds: 3600, samples: 10 } })
  assert.ok([...eager.facts.values()].every(({ learned }) => learned?.balanced))
})

test('after an OOM kill more memory is needed than the limit that was too low', () => {
  const history = madeUsage(8)
  const killed = history.find(({ container }) => container.container === 'office')!
  const limitBytes = 2400 * 2 ** 20
  const kill = { container: killed.container, timestampSeconds: killed.secondsAt(killed.length - 1), limitBytes }
  const limitOf = (oomKills: (typeof kill)[]) => {
    const { memory } = lookBack(history, { ...OPTIONS, oomKills }).facts.get(killed)!.learned!.balanced!
    return toNumber(parseQuantity(memory!.limit)!)
  }
  assert.ok(limitOf([]) < limitBytes && limitOf([kill]) > limitBytes, `${limitOf([])} → ${limitOf([kill])}`)
})
