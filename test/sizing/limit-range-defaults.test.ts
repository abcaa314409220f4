// The defaults of LimitRanges, which a Pod has before the webhook sees it.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Pod } from '../../src/policy/index.ts'
import { readLimitDefaults, withLimitDefaults } from '../../src/sizing/limit-range-defaults.ts'

describe('the defaults of a LimitRange', () => {
  test('are those of its items for containers, of which the last one wins', () => {
    const limits = [
      { type: 'Container', default: { cpu: '2', memory: '2Gi' }, defaultRequest: { cpu: '1' } },
      { type: 'Container', default: { cpu: '3' } },
      { type: 'Pod', default: { cpu: '9' }, defaultRequest: { cpu: '9' } },
      null,
    ]
    assert.deepEqual(readLimitDefaults({ limits }), { requests: { cpu: '1' }, limits: { cpu: '3', memory: '2Gi' } })
  })

  test('are empty for unexpected contents', () => {
    for (const spec of [undefined, null, {}, { limits: 'all' }])
      assert.deepEqual(readLimitDefaults(spec), { requests: {}, limits: {} })
  })
})

describe('a Pod with the defaults of LimitRanges', () => {
  const defaults = (requests: object, limits: object) => ({ requests, limits }) as ReturnType<typeof readLimitDefaults>
  const resourcesOf = (resources: object | undefined, ...all: ReturnType<typeof defaults>[]) => {
    const pod: Pod = { spec: { containers: [{ name: 'app', ...(resources && { resources }) }] } }
    return withLimitDefaults(pod, all).spec!.containers![0]!.resources
  }

  test('has them if its author left something out', () => {
    const all = defaults({ cpu: '1', memory: '1Gi' }, { cpu: '2' })
    assert.deepEqual(resourcesOf(undefined, all), { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '2' } })
    assert.deepEqual(resourcesOf({ requests: { cpu: '7' }, limits: { cpu: '9' } }, all), {
      requests: { cpu: '7', memory: '1Gi' },
      limits: { cpu: '9' },
    })
  })

  test('has those of the first LimitRange with a value', () => {
    const [first, second] = [defaults({ cpu: '1' }, {}), defaults({ cpu: '2', memory: '2Gi' }, {})]
    assert.deepEqual(resourcesOf({}, first, second), { requests: { cpu: '1', memory: '2Gi' } })
  })

  test('keeps all values of its author', () => {
    assert.deepEqual(resourcesOf({ claims: [{ name: 'gpu' }] }, defaults({}, { cpu: '1' })), {
      claims: [{ name: 'gpu' }],
      limits: { cpu: '1' },
    })
  })

  test('has them in init containers too, and everything else unchanged', () => {
    const pod = {
      metadata: { labels: { a: 'b' } },
      spec: {
        nodeName: 'n',
        initContainers: [{ name: 'init', image: 'i' }],
        containers: [{ name: 'app', image: 'j' }],
      },
    }
    const resources = { requests: { cpu: '1' } }
    assert.deepEqual(withLimitDefaults(pod, [defaults({ cpu: '1' }, {})]), {
      metadata: { labels: { a: 'b' } },
      spec: {
        nodeName: 'n',
        initContainers: [{ name: 'init', image: 'i', resources }],
        containers: [{ name: 'app', image: 'j', resources }],
      },
    })
  })

  test('is the same Pod if there is no LimitRange, or nothing to complete', () => {
    const all = [defaults({ cpu: '1' }, {})]
    const pod: Pod = { spec: { containers: [{ name: 'app' }] } }
    assert.equal(withLimitDefaults(pod, []), pod)
    assert.deepEqual(withLimitDefaults({}, all), {})
    assert.deepEqual(withLimitDefaults({ spec: {} }, all), { spec: {} })
    const odd = { spec: { containers: 'app' } } as never
    assert.deepEqual(withLimitDefaults(odd, all), odd)
  })
})
