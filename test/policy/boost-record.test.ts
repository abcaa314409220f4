import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { boostBeside, readBoosts, withoutBoost } from '../../src/policy/boost-record.ts'
import { type PodContainer, readContainers } from '../../src/policy/pod.ts'
import type { DecisionRecord } from '../../src/policy/record.ts'

const MILLI = 1_000_000n

function slotsOf(request: string, limit?: string, memory = '64Mi') {
  const resources = { requests: { cpu: request, memory }, ...(limit && { limits: { cpu: limit } }) }
  const container: PodContainer = { name: 'app', resources }
  return readContainers({ spec: { containers: [container] } })
}

const RECORD: DecisionRecord = {
  revision: 3,
  containers: { app: { cpu: { request: ['500m', '100m'] } } },
  reasons: {},
  boost: { app: { request: ['100m', '200m'], limit: ['1', '2'] } },
}
const cpuOf = (slots: ReturnType<typeof slotsOf> | ReturnType<typeof withoutBoost>) => slots[0]!.carried.cpu

describe('a boost', () => {
  test('is on if the container has the boosted values, with the steady ones in the record', () => {
    const slots = slotsOf('200m', '2')
    assert.deepEqual(readBoosts(slots, RECORD).get('app'), {
      ...{ isOn: true, steady: { request: 100n * MILLI, limit: 1000n * MILLI } },
      boosted: { request: 200n * MILLI, limit: 2000n * MILLI },
    })
    assert.deepEqual(cpuOf(withoutBoost(slots, RECORD)), { request: 100n * MILLI, limit: 1000n * MILLI })
  })

  test('is off if it has the steady ones', () => {
    const slots = slotsOf('100m', '1')
    assert.equal(readBoosts(slots, RECORD).get('app')?.isOn, false)
    assert.equal(withoutBoost(slots, RECORD)[0], slots[0])
  })

  test('does not exist if somebody has set another value', () => {
    assert.equal(readBoosts(slotsOf('150m', '1'), RECORD).size, 0)
    assert.equal(readBoosts(slotsOf('150m', '3'), RECORD).size, 0)
  })

  test('only covers the request if somebody has changed the limit, and only the limit if somebody has changed the request', () => {
    for (const limit of ['1', '3', undefined]) {
      const slots = slotsOf('200m', limit)
      const { limit: own } = slots[0]!.carried.cpu as { limit?: bigint }
      assert.deepEqual(cpuOf(withoutBoost(slots, RECORD)), { request: 100n * MILLI, limit: own })
    }
    assert.deepEqual(cpuOf(withoutBoost(slotsOf('700m', '2'), RECORD)), { request: 700n * MILLI, limit: 1000n * MILLI })
    assert.equal(readBoosts(slotsOf('1500m', '2'), RECORD).size, 0, 'the steady limit is below the request')
  })

  test('that would lower something is forged, and ignored', () => {
    const forged = { ...RECORD, boost: { app: { request: ['1k', '200m'] as const } } }
    assert.equal(readBoosts(slotsOf('200m'), forged).size, 0)
    for (const boost of [{ app: 7 }, { app: { request: ['x', '200m'] } }, [], { other: {} }, { app: {} }])
      assert.equal(readBoosts(slotsOf('200m'), { ...RECORD, boost } as never).size, 0)
  })
})

describe('while a resize is intended', () => {
  const intended = {
    ...{ revision: 4, time: '2026-03-01T00:00:00Z', boost: { app: { request: ['200m', '400m'] as const } } },
    containers: { app: { cpu: { request: ['500m', '200m'] as const } } },
  }
  const record = { ...RECORD, boost: { app: { request: ['100m', '200m'] as const } }, intended }

  test('a value that is both the boosted and the intended one counts as intended', () => {
    assert.deepEqual(cpuOf(withoutBoost(slotsOf('200m'), record)), { request: 200n * MILLI, limit: undefined })
  })

  test('but not if the rest of the Pod does not have the intended values', () => {
    const memory = { memory: { request: ['64Mi', '128Mi'] as const } }
    const more = {
      ...record,
      intended: { ...intended, containers: { app: { ...intended.containers.app, ...memory } } },
    }
    assert.deepEqual(cpuOf(withoutBoost(slotsOf('200m'), more)), { request: 100n * MILLI, limit: undefined })
  })
})

test('with other steady values, boosted values stay while they are higher', () => {
  const beside = (request: bigint, limit?: bigint) =>
    boostBeside(RECORD.boost, () => ({ request: request * MILLI, limit: limit && limit * MILLI }))
  assert.deepEqual(beside(150n, 1000n), { app: { request: ['150m', '200m'], limit: ['1', '2'] } })
  assert.deepEqual(beside(300n, 1000n), { app: { limit: ['1', '2'] } })
  assert.equal(beside(300n, 3000n), undefined)
  assert.equal(
    boostBeside(RECORD.boost, () => undefined),
    undefined,
  )
})
