import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { ContainerRecommendation } from '../../src/api/recommendation.ts'
import { readValues, writeValues } from '../../src/api/values.ts'
import type { ContainerKind, PodShape } from '../../src/policy/pod.ts'
import { readResources } from '../../src/resources/container.ts'
import { formatQuantity, type Nanos, parseQuantity } from '../../src/resources/quantity.ts'
import { cappedAtNode, fittedToNode } from '../../src/revisions/largest-node.ts'
import { podTotal } from '../../src/sizing/pod-total.ts'
import { nanos, runs } from '../support/arbitraries.ts'
import { app, at, authored, input, RULES, statusAfter, values } from './reconcile-input.ts'

const q = (text: string): Nanos => parseQuantity(text)!
const author = authored({ cpu: '4', memory: '8Gi' }, { memory: '16Gi' })
const largestNode = { cpu: q('3920m'), memory: q('6Gi') }
const NO_OVERHEAD = { cpu: 0n, memory: 0n }

describe('the largest node', () => {
  test('caps a request, in whole grains, with a reason', () => {
    const status = statusAfter(undefined, input(app('5', '7Gi', '8Gi'), { largestNode, author }), RULES)
    assert.equal(values(status.learned), '3920m 6Gi 8Gi')
    for (const resource of ['cpu', 'memory'] as const)
      assert.deepEqual(status.learned!.containers[0]![resource]!.reasons, ['CappedAtNode'])
  })

  test('leaves values that fit alone, and all values while no node is known', () => {
    const learned = (cpu: string, memory: string, changes: object) =>
      values(statusAfter(undefined, input(app(cpu, memory, '8Gi'), { author, ...changes }), RULES).learned)
    assert.equal(learned('3', '6Gi', { largestNode }), '3 6Gi 8Gi')
    assert.equal(learned('5', '7Gi', {}), '5 7Gi 8Gi')
    // Only requests count, not limits above the node.
    const { reasons } = statusAfter(undefined, input(app('3', '6Gi', '8Gi'), { largestNode, author }), RULES).learned!
      .containers[0]!.memory!
    assert.equal(reasons, undefined)
  })

  test('also caps the limit of a Guaranteed Pod, which is its request', () => {
    const guaranteed = authored({ cpu: '1', memory: '4Gi' }, { cpu: '1', memory: '4Gi' })
    const status = statusAfter(undefined, input(app('1', '5Gi', '8Gi'), { largestNode, author: guaranteed }), RULES)
    assert.equal(values(status.learned), '1 5Gi 6Gi')
    const unlimited = input(app('5', '4Gi'), { largestNode, author: guaranteed })
    assert.deepEqual(statusAfter(undefined, unlimited, RULES).learned!.containers[0]!.cpu, {
      ...{ request: '3920m', reasons: ['CappedAtNode'] },
    })
  })
})

/** Memory of each container: what its author wrote, and what is learned; undefined where nothing is. */
type Case = readonly [name: string, kind: ContainerKind, author: string, learned?: string]

function placed(most: string, cases: readonly Case[], overhead = '0') {
  const shape: PodShape = {
    slots: cases.map(([name, kind]) => ({ name, kind })),
    overhead: { cpu: 0n, memory: q(overhead) },
  }
  const author = new Map(cases.map(([name, , memory]) => [name, readResources({ requests: { memory } })]))
  const learned = cases.flatMap(([name, , , request]) => (request ? [{ name, memory: { request } }] : []))
  const capped = cappedAtNode(readValues(learned), { largestNode: { memory: q(most) }, shape, author })
  return writeValues(capped)
    .map(({ name, memory }) => [name, memory!.request, ...(memory!.reasons ?? [])].join(' '))
    .join(', ')
}

describe('the largest node, for a whole Pod', () => {
  test('leaves a container the amount that the others do not request', () => {
    const cases: Case[] = [
      ['app', 'container', '1Gi', '7Gi'],
      ['proxy', 'container', '2Gi'],
    ]
    assert.equal(placed('8Gi', cases), 'app 6Gi CappedAtNode')
    assert.equal(placed('9Gi', cases), 'app 7Gi')
  })

  test('lowers each raised container by the same share of its raise, and no other', () => {
    const cases: Case[] = [
      ['a', 'container', '1Gi', '4Gi'],
      ['b', 'container', '1Gi', '2Gi'],
      ['c', 'container', '2Gi', '1Gi'],
    ]
    assert.equal(placed('5Gi', cases), 'a 2560Mi CappedAtNode, b 1536Mi CappedAtNode, c 1Gi')
  })

  test("counts a container without an author's value from nothing", () => {
    const shape: PodShape = { slots: [{ name: 'app', kind: 'container' }], overhead: NO_OVERHEAD }
    const placement = { largestNode: { memory: q('4Gi') }, shape, author: new Map() }
    const [capped] = writeValues(cappedAtNode(readValues([{ name: 'app', memory: { request: '5Gi' } }]), placement))
    assert.deepEqual(capped!.memory, { request: '4Gi', reasons: ['CappedAtNode'] })
  })

  test('counts the overhead of the RuntimeClass', () => {
    assert.equal(placed('8Gi', [['app', 'container', '1Gi', '8Gi']], '512Mi'), 'app 7680Mi CappedAtNode')
  })

  test('counts an init container with the sidecars before it, but not with later containers', () => {
    const cases: Case[] = [
      ['proxy', 'sidecar', '1Gi'],
      ['prepare', 'init', '1Gi', '7Gi'],
      ['app', 'container', '4Gi'],
    ]
    assert.equal(placed('6Gi', cases), 'prepare 5Gi CappedAtNode')
    assert.equal(placed('8Gi', cases), 'prepare 7Gi')
    const after: Case[] = [
      ['first', 'init', '4Gi'],
      ['prepare', 'init', '1Gi', '6Gi'],
      ['proxy', 'sidecar', '3Gi'],
    ]
    assert.equal(placed('6Gi', after), 'prepare 6Gi')
  })

  test('lowers nothing that was not raised: the Pod stays pending as its author wrote it', () => {
    assert.equal(
      placed('4Gi', [
        ['a', 'container', '3Gi', '2Gi'],
        ['b', 'container', '3Gi', '3Gi'],
      ]),
      'a 2Gi, b 3Gi',
    )
    assert.equal(
      placed('4Gi', [
        ['a', 'container', '3Gi', '4Gi'],
        ['b', 'container', '3Gi'],
      ]),
      'a 3Gi CappedAtNode',
    )
  })

  test('is respected at every step, while one container rises and another is not lowered yet', () => {
    const two = (a: string, b: string): ContainerRecommendation[] => [
      { name: 'a', memory: { request: a } },
      { name: 'b', memory: { request: b } },
    ]
    const changes = {
      author: new Map(['6Gi', '4Gi'].map((memory, i) => ['ab'[i]!, readResources({ requests: { memory } })])),
      shape: { slots: [...'ab'].map((name) => ({ name, kind: 'container' as const })), overhead: NO_OVERHEAD },
      largestNode: { memory: q('10Gi') },
    }
    const requests = (containers: readonly ContainerRecommendation[]) =>
      containers.map(({ memory }) => memory!.request).join(' ')
    const first = statusAfter(undefined, input(two('1Gi', '9Gi'), changes), RULES)
    assert.equal(requests(first.learned!.containers), '1Gi 9Gi')
    assert.equal(requests(first.applied!.containers), '3Gi 7Gi')
    const second = statusAfter(first, input(two('1Gi', '9Gi'), { ...changes, now: at(25) }), RULES)
    assert.equal(requests(second.applied!.containers), '1536Mi 8704Mi')
    const third = statusAfter(second, input(two('1Gi', '9Gi'), { ...changes, now: at(50) }), RULES)
    assert.equal(requests(third.applied!.containers), '1Gi 9Gi')
    // A deleted node takes nothing from Pods on other nodes.
    const smaller = { ...changes, largestNode: { memory: q('5Gi') }, now: at(51) }
    assert.equal(requests(statusAfter(third, input([], smaller), RULES).applied!.containers), '1Gi 9Gi')
  })
})

test('a Pod that fits as its author wrote it still fits with any learned values', () => {
  let capped = 0
  const kinds = fc.constantFrom<ContainerKind>('container', 'sidecar', 'init')
  const one = fc.record({
    kind: kinds,
    asked: nanos('memory'),
    standing: fc.option(nanos('memory'), { nil: undefined }),
    learned: fc.option(nanos('memory'), { nil: undefined }),
  })
  // As a Pod has them: what starts it comes before what runs in it.
  const containers = fc
    .array(one, { minLength: 1, maxLength: 5 })
    .map((all) => all.toSorted((a, b) => Number(a.kind === 'container') - Number(b.kind === 'container')))
  fc.assert(
    fc.property(containers, fc.integer({ min: 100, max: 300 }), (all, percent) => {
      const text = (value: Nanos) => formatQuantity('memory', value)
      const slots = all.map(({ kind }, i) => ({ name: `c${i}`, kind }))
      const author = new Map(
        all.map(({ asked }, i) => [`c${i}`, readResources({ requests: { memory: text(asked) } })] as const),
      )
      const of = (pick: (one: (typeof all)[number]) => Nanos | undefined) =>
        all.flatMap((one, i): ContainerRecommendation[] => {
          const value = pick(one)
          return value === undefined ? [] : [{ name: `c${i}`, memory: { request: text(value) } }]
        })
      const total = (given: readonly ContainerRecommendation[]) =>
        podTotal(
          slots.map(({ name, kind }, i) => {
            const request = given.find((container) => container.name === name)?.memory?.request
            return { kind, request: request === undefined ? all[i]!.asked : q(request) }
          }),
        ).request!
      const [standing, learned] = [of((one) => one.standing), of((one) => one.learned)]
      for (const from of [[], standing]) {
        const most = (total(from) * BigInt(percent)) / 100n
        const placement = { largestNode: { memory: most }, shape: { slots, overhead: NO_OVERHEAD }, author }
        const fitted = writeValues(
          from.length === 0
            ? cappedAtNode(readValues(learned), placement)
            : fittedToNode(readValues(learned), readValues(from), placement),
        )
        // Applied values that are no longer learned return to the author's, which did not have to fit with the others.
        if (from.some(({ name }) => !learned.some((container) => container.name === name))) continue
        if (total(learned) > most) capped++
        assert.ok(total(fitted) <= most, `${total(fitted)} of ${most}`)
        for (const [i, { name, memory }] of fitted.entries()) {
          const [given, before] = [q(memory!.request), q(learned[i]!.memory!.request)]
          assert.ok(given <= before, name)
          if (given < before) assert.deepEqual(memory!.reasons, ['CappedAtNode'])
        }
      }
    }),
    { numRuns: runs(2000) },
  )
  assert.ok(capped > runs(2000) / 10, `only ${capped} had to be capped`)
})
