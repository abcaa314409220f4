import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type Allotment, type ContainerResources, parseQuantity } from '../../src/resources/index.ts'
import {
  cpuPressure,
  greaterPressure,
  memoryPressure,
  type PressureSample,
  type WatchedContainer,
} from '../../src/revisions/pressure.ts'

const NOW = 1_000_000
const MIB = 2 ** 20

const amounts = (request?: string, limit?: string): Allotment => ({
  request: parseQuantity(request),
  limit: parseQuantity(limit),
})
const text = ({ request, limit }: { request?: bigint | undefined; limit?: bigint | undefined } = {}, unit = 1e6) =>
  [request, limit].map((nanos) => (nanos === undefined ? '-' : Math.round(Number(nanos) / unit))).join('/')

/** One sample every 15 seconds, the newest five seconds old. */
function samples(cpu: readonly number[], more: (i: number) => Partial<PressureSample> = () => ({})): PressureSample[] {
  return cpu.map((cpuCores, i) => ({
    ...{ timestampSeconds: NOW - 5 - 15 * (cpu.length - 1 - i), cpuCores, memoryBytes: 100 * MIB },
    ...more(i),
  }))
}

function cpu(used: readonly number[], carried: Allotment, more: Partial<WatchedContainer> = {}, nowSeconds = NOW) {
  return cpuPressure({ samples: samples(used), carried: { cpu: carried, memory: {} }, ...more }, nowSeconds)
}

describe('CPU', () => {
  test('is short if the limit holds usage back for half a minute', () => {
    assert.equal(text(cpu([0.96, 1, 0.99], amounts('200m', '1'))), '1100/1500')
    assert.equal(cpu([1, 1], amounts('200m', '1')), undefined, '15 seconds are a spike')
    assert.equal(cpu([1, 0.9, 1], amounts('200m', '1')), undefined, 'it was not held back all the time')
  })

  test('is judged by the last half minute, independently of earlier usage', () => {
    assert.equal(text(cpu([0.1, 0.1, 0.1, 1, 1, 1], amounts('200m', '1'))), '1100/1500')
    assert.equal(cpu([1, 1, 1, 1, 1, 0.2], amounts('200m', '1')), undefined)
  })

  test('is short above the request if the node is busy, and not otherwise', () => {
    const used = [0.5, 0.6, 0.55]
    assert.equal(text(cpu(used, amounts('300m'), { nodeBusyShare: 0.9 })), '660/-')
    assert.equal(text(cpu(used, amounts('300m', '2'), { nodeBusyShare: 1 })), '660/-')
    assert.equal(cpu(used, amounts('300m'), { nodeBusyShare: 0.89 }), undefined)
    assert.equal(cpu(used, amounts('300m')), undefined)
    assert.equal(cpu(used, amounts('500m'), { nodeBusyShare: 1 }), undefined, 'the first is not above')
  })

  test('is short if threads wait for it (PSI)', () => {
    const waiting = (share: number) => samples([0.5, 0.5, 0.5], () => ({ waitingShare: share }))
    const carried: ContainerResources = { cpu: amounts('200m', '1'), memory: {} }
    assert.equal(text(cpuPressure({ samples: waiting(0.2), carried }, NOW)), '550/1500')
    assert.equal(cpuPressure({ samples: waiting(0.19), carried }, NOW), undefined)
  })

  test('is unknown for old samples, gaps, or without a request', () => {
    assert.equal(cpu([1, 1, 1], amounts('200m', '1'), {}, NOW + 146), undefined)
    assert.equal(cpu([1, Number.NaN, 1], amounts('200m', '1')), undefined)
    assert.equal(cpu([1, 1, 1], amounts()), undefined)
    assert.equal(cpu([], amounts('200m', '1')), undefined)
  })
})

describe('memory', () => {
  const grows = (mebibytes: readonly number[], more: Partial<WatchedContainer> = {}, limit = '1Gi') =>
    memoryPressure(
      {
        samples: samples(
          mebibytes.map(() => 0.1),
          (i) => ({ memoryBytes: mebibytes[i]! * MIB }),
        ),
        carried: { cpu: {}, memory: amounts('512Mi', limit) },
        ...more,
      },
      NOW,
    )
  const mebi = MIB * 1e9

  test('is short if it will reach its limit within ten minutes', () => {
    // 40 MiB in 30 s: 1600 MiB in 20 minutes.
    assert.equal(text(grows([760, 780, 800]), mebi), '800/2400')
    assert.equal(grows([798, 799, 800]), undefined, 'it takes an hour')
  })

  test('gets at least a quarter more', () => {
    assert.equal(text(grows([1000, 1003, 1005]), mebi), '1005/1280')
  })

  test('is not short far from its limit, or if usage sometimes falls', () => {
    assert.equal(grows([600, 650, 700]), undefined)
    assert.equal(grows([900, 880, 990]), undefined)
    assert.equal(grows([990, 990, 990]), undefined)
  })

  test('is not short if a heap follows the limit, because the program uses all that it gets', () => {
    assert.equal(grows([760, 780, 800], { followsLimit: true }), undefined)
  })
})

test('for two Pods, the value that relieves both is needed', () => {
  const [a, b] = [cpu([1, 1, 1], amounts('200m', '1')), cpu([1.5, 1.5, 1.5], amounts('300m', '1500m'))]
  assert.deepEqual(greaterPressure(a, b), greaterPressure(b, a))
  assert.equal(text(greaterPressure(a, b)), '1650/2250')
  assert.equal(text(greaterPressure(a, b)!.carried), '300/1500')
  assert.equal(greaterPressure(a, undefined), a)
  assert.equal(greaterPressure(undefined, undefined), undefined)
})

test('pressure always asks for more than a container has', () => {
  const sample = fc.record({
    timestampSeconds: fc.integer({ min: NOW - 200, max: NOW }),
    cpuCores: fc.oneof(fc.double({ min: 0, max: 4, noNaN: true }), fc.constant(Number.NaN)),
    memoryBytes: fc.oneof(fc.double({ min: 0, max: 2 ** 31, noNaN: true }), fc.constant(Number.NaN)),
  })
  const list = fc
    .uniqueArray(sample, { maxLength: 8, selector: (one) => one.timestampSeconds })
    .map((all) => all.sort((a, b) => a.timestampSeconds - b.timestampSeconds))
  const share = fc.constantFrom(undefined, 0.5, 1)
  fc.assert(
    fc.property(list, share, (all, nodeBusyShare) => {
      const carried = { cpu: amounts('500m', '1'), memory: amounts('512Mi', '1Gi') }
      const watched = { samples: all, carried, nodeBusyShare }
      for (const found of [cpuPressure(watched, NOW), memoryPressure(watched, NOW)]) {
        if (!found) continue
        assert.ok(found.request !== undefined || found.limit !== undefined)
        if (found.request !== undefined) assert.ok(found.request > found.carried.request!)
        if (found.limit !== undefined) assert.ok(found.limit > found.carried.limit!)
      }
    }),
  )
})
