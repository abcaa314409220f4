import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { amount, percent } from '../../src/backtest/index.ts'
import { binaryUnit, bytes, cores, roundPercent } from '../../src/backtest-page/units.ts'
import { FRAME } from '../../src/markup/frame.ts'
import { labelPlaces } from '../../src/markup/labels.ts'
import { scaleFromZero } from '../../src/markup/scale.ts'

describe('a scale', () => {
  test('goes from zero to a round value in round steps', () => {
    assert.deepEqual(scaleFromZero(57_000, [0, 100]).ticks, [0, 20_000, 40_000, 60_000])
    assert.deepEqual(scaleFromZero(0.09, [0, 100]).ticks.map(roundPercent), ['0 %', '2.5 %', '5 %', '7.5 %', '10 %'])
    assert.equal(scaleFromZero(57_000, [10, 130])(30_000), 70)
  })

  test('of bytes is round in their unit', () => {
    const most = 37 * 2 ** 30
    assert.deepEqual(scaleFromZero(most, [0, 1], 2, binaryUnit(most)).ticks.map(bytes), ['0', '20Gi', '40Gi'])
  })

  test('has a length where there is nothing to show', () => {
    assert.ok(scaleFromZero(0, [0, 100])(0) === 0 && scaleFromZero(0, [0, 1]).ticks.length > 1)
  })
})

test('labels cover neither points nor each other while there is room', () => {
  const points = [
    { x: 200, y: 100, text: 'KRR' },
    { x: 203, y: 116, text: 'balanced' },
    { x: 400, y: 200, text: 'reliability' },
  ]
  const [krr, balanced, reliability] = labelPlaces(points, FRAME)
  assert.ok(Math.abs(krr!.y - balanced!.y) >= 15 || krr!.anchor !== balanced!.anchor)
  assert.equal(reliability!.anchor, 'end')
})

test('figures are written as people read them', () => {
  const shares = [0, 0.00001, 0.0008, 0.034, 0.12, 0.995, 0.99999, 1, -0.15, -0.004]
  const texts = ['0 %', '<0.01 %', '0.08 %', '3.4 %', '12 %', '99.5 %', '>99.9 %', '100 %', '−15 %', '−0.40 %']
  assert.deepEqual(shares.map(percent), texts)
  assert.deepEqual([0.5, 31.24, 10_321.4].map(amount), ['0.50', '31.2', '10,321'])
  assert.deepEqual([0.25, 1.5, 12, 0].map(cores), ['250m', '1.5', '12', '0'])
  assert.deepEqual([512 * 2 ** 20, 1.5 * 2 ** 30, 1000 * 2 ** 20, 0].map(bytes), ['512Mi', '1.5Gi', '0.977Gi', '0'])
})
