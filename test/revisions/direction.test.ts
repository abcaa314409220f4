import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { directionOf } from '../../src/revisions/direction.ts'

const WINDOW = { from: '2026-03-01T00:00:00Z', to: '2026-03-15T00:00:00Z', samples: 4032 }
const USAGE = { p50: '100m', p95: '200m', p99: '300m', peak: '400m' }

describe('the direction of a change', () => {
  const raises = (inForce: [bigint?, bigint?], next: [bigint?, bigint?]) => {
    const of = ([request, limit]: [bigint?, bigint?]) => ({
      ...(request !== undefined && { request }),
      ...(limit !== undefined && { limit }),
    })
    return directionOf('memory', of(inForce), of(next), undefined).raises
  }

  test('is up if neither request nor limit falls, and no limit is added', () => {
    assert.equal(raises([5n, 9n], [6n, 9n]), true)
    assert.equal(raises([5n, 9n], [5n, 10n]), true)
    assert.equal(raises([], [5n]), true)
    assert.equal(raises([5n, 9n], [6n]), true)
    assert.equal(raises([5n, 9n], [4n, 10n]), false)
    assert.equal(raises([5n, 9n], [6n, 8n]), false)
    assert.equal(raises([5n], [6n, 100n]), false)
  })

  test('is no worse if the new values are expected to cost at most as much, and not if that is unknown', () => {
    const isNoWorse = (cost?: string, inForceCost?: string) => {
      const cpu = { ...USAGE, ...(cost && { cost }), ...(inForceCost && { inForceCost }) }
      return directionOf('cpu', {}, {}, { ...WINDOW, cpu }).isNoWorse
    }
    assert.deepEqual([isNoWorse('300m', '1'), isNoWorse('1', '1'), isNoWorse('1100m', '1')], [true, true, false])
    assert.deepEqual([isNoWorse(undefined, '1'), isNoWorse('1'), isNoWorse()], [false, false, false])
  })

  test('includes the share of its worst day for which usage may be above the request', () => {
    const bursts = { days: 0.1, worstDay: 0.4, by: '500m' }
    assert.equal(directionOf('cpu', {}, {}, { ...WINDOW, cpu: { ...USAGE, bursts } }).worstDay, 0.4)
    assert.equal(directionOf('memory', {}, {}, { ...WINDOW, cpu: { ...USAGE, bursts } }).worstDay, 0)
  })
})
