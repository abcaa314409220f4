// Sources of bounds, and their order.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { parseSettings } from '../../src/config/load.ts'
import type { Pod } from '../../src/policy/pod.ts'
import { DEFAULT_POLICY, limitBounds, type Policy, type ResourceBounds } from '../../src/policy/policy.ts'
import { clampedSettings, effectivePolicy } from '../../src/policy/resolve.ts'
import { formatQuantity, type Nanos, parseQuantity } from '../../src/resources/quantity.ts'
import { decide } from '../../src/sizing/decide.ts'
import { appliedValues, nanos, pods, policies, runs } from '../support/arbitraries.ts'

const q = (text: string): Nanos => parseQuantity(text)!

function memory(
  author: { request?: string; limit?: string },
  [request, limit]: [string, string],
  bounds: Partial<ResourceBounds>,
  annotations: Record<string, string> = {},
  limits: Policy['limits']['memory'] = 'headroom',
) {
  const resources = {
    requests: { cpu: '1', ...(author.request && { memory: author.request }) },
    ...(author.limit && { limits: { memory: author.limit } }),
  }
  const pod: Pod = { metadata: { annotations }, spec: { containers: [{ name: 'app', resources }] } }
  const applied = { revision: 1, containers: new Map([['app', { memory: { request: q(request), limit: q(limit) } }]]) }
  const decision = decide(pod, applied, {
    ...DEFAULT_POLICY,
    limits: { cpu: 'none', memory: limits },
    bounds: { ...DEFAULT_POLICY.bounds, memory: { ...DEFAULT_POLICY.bounds.memory, ...bounds } },
  })
  const { final, reasons } = decision.containers[0]!.resources[1]!
  const say = (value: Nanos | undefined) => value && formatQuantity('memory', value)
  return [say(final.request), say(final.limit), ...reasons]
}

describe('bounds of limits', () => {
  test('cap a limit even if requests may be higher, and the request with it', () => {
    assert.deepEqual(memory({ request: '1Gi' }, ['2Gi', '6Gi'], { maxLimit: q('4Gi') }), [
      '2Gi',
      '4Gi',
      'CappedAtMaximum',
    ])
    assert.deepEqual(memory({ request: '1Gi' }, ['5Gi', '6Gi'], { maxLimit: q('4Gi') }), [
      '4Gi',
      '4Gi',
      'CappedAtMaximum',
      'CappedByLimit',
    ])
  })

  test('raise a limit', () => {
    assert.deepEqual(memory({ request: '1Gi' }, ['100Mi', '200Mi'], { minLimit: q('512Mi') }), [
      '100Mi',
      '512Mi',
      'RaisedToMinimum',
    ])
  })

  test("leave a limit at its author's value if the policy keeps it", () => {
    const author = { request: '1Gi', limit: '8Gi' }
    assert.deepEqual(memory(author, ['2Gi', '3Gi'], { maxLimit: q('4Gi') }, {}, 'none'), ['2Gi', '8Gi'])
  })
})

describe("shares of the author's values", () => {
  const author = { request: '1Gi', limit: '2Gi' }
  test('apply to requests and limits separately', () => {
    const bounds = { minShare: 0.5, maxShare: 2, minLimitShare: 0.75, maxLimitShare: 1.5 }
    assert.deepEqual(memory(author, ['100Mi', '200Mi'], bounds), ['512Mi', '1536Mi', 'RaisedToMinimum'])
    assert.deepEqual(memory(author, ['5Gi', '6Gi'], bounds), ['2Gi', '3Gi', 'CappedAtMaximum'])
  })

  test('do not apply if the author set no value', () => {
    assert.deepEqual(memory({}, ['5Gi', '6Gi'], { maxShare: 1, maxLimitShare: 1 }), ['5Gi', '6Gi'])
  })

  test('never exceed absolute bounds', () => {
    assert.deepEqual(memory(author, ['100Mi', '200Mi'], { minShare: 1, max: q('256Mi') }), [
      '256Mi',
      '256Mi',
      'CappedAtMaximum',
    ])
  })
})

describe("the author's own minimum, in an annotation", () => {
  const author = { request: '1Gi' }
  test('raises the learned value', () => {
    assert.deepEqual(memory(author, ['100Mi', '200Mi'], {}, { 'plimsoll.dev/min-memory.app': '300Mi' }), [
      '300Mi',
      '300Mi',
      'RaisedToAuthorsMinimum',
    ])
  })

  test('for another container or resource has no effect', () => {
    const annotations = { 'plimsoll.dev/min-memory.web': '300Mi', 'plimsoll.dev/min-cpu.app': '2' }
    assert.deepEqual(memory(author, ['100Mi', '200Mi'], {}, annotations), ['100Mi', '200Mi'])
  })

  test('never exceeds the maximum', () => {
    assert.deepEqual(
      memory(author, ['100Mi', '200Mi'], { max: q('256Mi') }, { 'plimsoll.dev/min-memory.app': '300Gi' }),
      ['256Mi', '256Mi', 'CappedAtMaximum'],
    )
  })

  test('that is not a quantity is ignored, with a reason', () => {
    for (const text of ['much', '', '-1Gi', '0']) {
      assert.deepEqual(memory(author, ['100Mi', '200Mi'], {}, { 'plimsoll.dev/min-memory.app': text }), [
        '100Mi',
        '200Mi',
        'AuthorsBoundUnreadable',
      ])
    }
  })
})

describe("the author's own maximum, in an annotation", () => {
  const author = { request: '1Gi' }
  const most = (text: string, more: Record<string, string> = {}) => ({ 'plimsoll.dev/max-memory.app': text, ...more })

  test('caps the learned value, request and limit', () => {
    assert.deepEqual(memory(author, ['2Gi', '4Gi'], {}, most('3Gi')), ['2Gi', '3Gi', 'CappedAtAuthorsMaximum'])
    assert.deepEqual(memory(author, ['2Gi', '4Gi'], {}, most('1Gi')), ['1Gi', '1Gi', 'CappedAtAuthorsMaximum'])
    assert.deepEqual(memory(author, ['100Mi', '200Mi'], {}, most('1Gi')), ['100Mi', '200Mi'])
  })

  test("yields to the minimum: the cluster's, and its own", () => {
    const bounds = { min: q('512Mi') }
    assert.deepEqual(memory(author, ['2Gi', '4Gi'], bounds, most('1Mi')), ['512Mi', '512Mi', 'CappedAtAuthorsMaximum'])
    const both = most('1Gi', { 'plimsoll.dev/min-memory.app': '1200Mi' })
    assert.deepEqual(memory(author, ['2Gi', '4Gi'], {}, both), ['1200Mi', '1200Mi', 'CappedAtAuthorsMaximum'])
  })

  test('is combined with the strictest of the others', () => {
    assert.deepEqual(memory(author, ['2Gi', '4Gi'], { max: q('1Gi') }, most('3Gi')), ['1Gi', '1Gi', 'CappedAtMaximum'])
    assert.deepEqual(memory(author, ['2Gi', '2Gi'], { maxShare: 1 }, most('1536Mi')), [
      '1Gi',
      '1536Mi',
      'CappedAtMaximum',
      'CappedAtAuthorsMaximum',
    ])
  })

  test('that is not a quantity is ignored, with a reason', () => {
    assert.deepEqual(memory(author, ['100Mi', '200Mi'], {}, most('little')), [
      '100Mi',
      '200Mi',
      'AuthorsBoundUnreadable',
    ])
  })
})

const options = { numRuns: runs(2000) }

test("no author's minimum and no share moves a value beyond the bounds of the cluster", () => {
  const minimum = nanos('memory').map((value) => formatQuantity('memory', value))
  fc.assert(
    fc.property(pods, appliedValues, policies, minimum, (pod, applied, policy, text) => {
      const annotations = {
        ...pod.metadata?.annotations,
        'plimsoll.dev/min-memory.app': text,
        'plimsoll.dev/min-cpu.app': text,
        'plimsoll.dev/max-memory.app': text,
        'plimsoll.dev/max-cpu.envoy': text,
      }
      const decision = decide({ ...pod, metadata: { ...pod.metadata, annotations } }, applied, policy)
      for (const { resources } of decision.containers) {
        for (const { resource, carried, author, final } of resources) {
          const bounds = { request: policy.bounds[resource], limit: limitBounds(policy.bounds[resource]) }
          for (const field of ['request', 'limit'] as const) {
            const value = final[field]
            if (value === undefined || value === author[field] || value === carried[field]) continue
            assert.ok(value >= bounds[field].min && value <= bounds[field].max, `${resource} ${field} ${value}`)
            const { min, max } = policy.bounds[resource]
            assert.ok(value >= min && value <= max, `${resource} ${field} ${value} past what holds for both`)
          }
        }
      }
    }),
    options,
  )
})

test("a written request is not below its author's minimum if the bounds allow that", () => {
  let raised = 0
  const values = fc.tuple(nanos('memory'), nanos('memory'), nanos('memory'))
  fc.assert(
    fc.property(values, ([author, learned, minimum]) => {
      const say = (value: Nanos) => formatQuantity('memory', value)
      const annotations = { 'plimsoll.dev/min-memory.app': say(minimum) }
      const [request, , ...reasons] = memory({ request: say(author) }, [say(learned), say(learned)], {}, annotations)
      if (reasons.includes('RaisedToAuthorsMinimum')) raised++
      assert.ok(minimum > DEFAULT_POLICY.bounds.memory.max || q(request as string) >= minimum)
    }),
    options,
  )
  assert.ok(raised > options.numRuns / 20, `${raised} were raised`)
})

test('no SizingPolicy widens any bound of the cluster', () => {
  const shape = policies.map(({ bounds }) => bounds.memory)
  fc.assert(
    fc.property(shape, shape, (outer, inner) => {
      const text = (value: Nanos | undefined) => (value === undefined ? undefined : formatQuantity('memory', value))
      const { min, max, minLimit, maxLimit, ...shares } = inner
      const spec = { min: text(min), max: text(max), minLimit: text(minLimit), maxLimit: text(maxLimit), ...shares }
      const cluster = {
        ...{ goal: 'balanced' as const, criticality: 'medium' as const, running: 'never' as const, windows: [] },
        policy: { ...DEFAULT_POLICY, bounds: { ...DEFAULT_POLICY.bounds, memory: outer } },
      }
      const { memory: held } = effectivePolicy(cluster, [{ name: 'a', spec: { bounds: { memory: spec } } }], {}).policy
        .bounds
      const [narrow, wide] = [limitBounds(held), limitBounds(outer)]
      assert.ok(held.min >= outer.min && held.max <= outer.max && narrow.min >= wide.min && narrow.max <= wide.max)
      for (const share of ['minShare', 'minLimitShare'] as const) assert.ok((held[share] ?? 0) >= (outer[share] ?? 0))
      for (const share of ['maxShare', 'maxLimitShare'] as const)
        assert.ok((held[share] ?? 1e9) <= (outer[share] ?? Number.POSITIVE_INFINITY))
    }),
    options,
  )
})

test("limit bounds of a SizingPolicy that are wider than the cluster's are reported", () => {
  const cluster = {
    ...DEFAULT_POLICY,
    bounds: { ...DEFAULT_POLICY.bounds, memory: { ...DEFAULT_POLICY.bounds.memory, maxLimit: q('4Gi') } },
  }
  assert.deepEqual(clampedSettings({ bounds: { memory: { maxLimit: '8Gi' } } }, cluster), [
    "bounds.memory.maxLimit 8Gi is limited to the cluster's 4Gi",
  ])
})

test('contradictory bounds in the settings are refused', () => {
  const mistakes = [
    '{minLimit: 2Gi, maxLimit: 1Gi}',
    '{minShare: 2, maxShare: 1}',
    '{minLimitShare: 2, maxLimitShare: 1}',
  ]
  for (const bounds of mistakes) {
    assert.throws(() => parseSettings(`bounds: {memory: ${bounds}}`, 'settings.yaml'), /must not be above/)
  }
  assert.doesNotThrow(() =>
    parseSettings('bounds: {memory: {minShare: 0.1, maxShare: 4, maxLimit: 8Gi}}', 'settings.yaml'),
  )
})
