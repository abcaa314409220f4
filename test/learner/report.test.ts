import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ContainerRecord } from '../../src/learner/container-record.ts'
import { GOAL_PRICES } from '../../src/learner/goals.ts'
import { reportContainer } from '../../src/learner/report.ts'
import { DAY, HOUR, MIB, START } from './usage.ts'
import { bytes, cores, recordOf } from './windows.ts'

const MINIMUM = { seconds: HOUR, samples: 20 }

function decided(hours = 48): ContainerRecord {
  const record = recordOf(hours, (hour) => ({ cpu: hour === 3 ? 2 : 1, memory: 300 * MIB }))
  record.takePrices(GOAL_PRICES.balanced)
  const values = { cpuRequest: cores(1.5), memoryRequest: bytes(400 * MIB), memoryLimit: bytes(500 * MIB) }
  Object.assign(record.decision, { ...values, cpuConfidence: 0.98765, memoryConfidence: Number.NaN })
  return record
}

const report = (record: ContainerRecord, at = 2 * DAY) => reportContainer('app', record, START + at, MINIMUM)

describe('a report of a container', () => {
  test('has the decided values, with the CPU limit at the peak and the margin', () => {
    const { name, cpu, memory, evidence } = report(decided())!
    assert.equal(name, 'app')
    assert.deepEqual(cpu, { request: '1523m', limit: '3062m', confidence: 0.988 })
    assert.deepEqual(memory, { request: '408Mi', limit: '521Mi' })
    assert.equal(evidence!.samples, 96)
    assert.ok(evidence!.cpu && evidence!.memory)
  })

  test('never has a CPU limit below its request', () => {
    const record = decided()
    record.decision.cpuRequest = cores(8)
    assert.equal(report(record)!.cpu!.limit, report(record)!.cpu!.request)
  })

  test('leaves out a resource that is unknown, or not decided on', () => {
    const young = decided()
    young.cpuSamples = 19
    assert.deepEqual([report(young)!.cpu, report(young)!.evidence!.cpu], [undefined, undefined])
    const undecided = decided()
    undecided.decision.memoryRequest = -1
    assert.deepEqual([report(undecided)!.memory, report(undecided)!.evidence!.memory], [undefined, undefined])
    assert.ok(report(undecided)!.cpu)
    const noCpu = decided()
    noCpu.decision.cpuRequest = -1
    assert.deepEqual([report(noCpu)!.cpu, report(noCpu)!.memory !== undefined], [undefined, true])
  })

  test('does not exist if neither is known, and for a container without samples or silent for 14 days', () => {
    assert.equal(report(decided(), HOUR - 1), undefined)
    assert.equal(report(new ContainerRecord()), undefined)
    const silent = decided()
    silent.usage.closeUntil(48 + 336)
    assert.equal(report(silent), undefined)
    const undecided = decided()
    Object.assign(undecided.decision, { cpuRequest: -1, memoryRequest: -1 })
    assert.equal(report(undecided), undefined)
  })

  test('changes nothing', () => {
    const record = decided()
    const before = structuredClone(record.decision)
    report(record)
    assert.deepEqual(structuredClone(record.decision), before)
    assert.equal(record.usage.hours, 48)
  })
})
