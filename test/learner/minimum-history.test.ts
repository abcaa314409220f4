import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ContainerRecord } from '../../src/learner/container-record.ts'
import { knownResources, MINIMUM_HISTORY } from '../../src/learner/minimum-history.ts'
import { DAY, HOUR, MIB, START } from './usage.ts'

const MINIMUM = { seconds: HOUR, samples: 3 }
const known = (record: ContainerRecord, at: number) => {
  const { cpu, memory } = knownResources(record, at, MINIMUM)
  return [cpu, memory]
}

function record(cpuSamples: number, memorySamples: number): ContainerRecord {
  const one = new ContainerRecord()
  for (let i = 0; i < cpuSamples; i++) one.add(START, 1, Number.NaN)
  for (let i = 0; i < memorySamples; i++) one.add(START, Number.NaN, MIB)
  return one
}

describe('the minimum history', () => {
  test('is a day and twenty samples by default', () => {
    assert.deepEqual(MINIMUM_HISTORY, { seconds: DAY, samples: 20 })
  })

  test('consists of time and of samples of each resource', () => {
    assert.deepEqual(known(record(3, 2), START + HOUR), [true, false])
    assert.deepEqual(known(record(2, 3), START + HOUR), [false, true])
    assert.deepEqual(known(record(3, 3), START + HOUR - 1), [false, false])
  })

  test('does not delay the memory of a container that was OOM-killed', () => {
    const killed = record(1, 1)
    killed.addOomKill(START, 100 * MIB)
    assert.deepEqual(known(killed, START), [false, true])
    killed.decision.wasKilled = false
    assert.deepEqual(known(killed, START), [false, true])
    const noted = record(1, 1)
    noted.decision.wasKilled = true
    assert.deepEqual(known(noted, START), [false, true])
  })
})
