import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ByteReader, ByteWriter } from '../../src/learner/bytes.ts'
import { DecayedMean } from '../../src/learner/decayed-mean.ts'
import { near } from './near.ts'

describe('a decayed mean', () => {
  test('is the given default before the first value', () => {
    const mean = new DecayedMean()
    assert.equal(mean.value(7), 7)
    mean.add(3, 0.5)
    assert.equal(mean.value(7), 3)
  })

  test('counts each value less with every later one', () => {
    const mean = new DecayedMean()
    for (const value of [8, 4, 2]) mean.add(value, 0.5)
    near(mean.value(0), (8 / 4 + 4 / 2 + 2) / (1 / 4 + 1 / 2 + 1))
  })

  test('is read as it was written', () => {
    const [mean, restored] = [new DecayedMean(), new DecayedMean()]
    for (const value of [8, 4]) mean.add(value, 0.9)
    const to = new ByteWriter()
    mean.write(to)
    restored.read(new ByteReader(to.finish()))
    for (const each of [mean, restored]) each.add(100, 0.9)
    assert.equal(restored.value(0), mean.value(0))
  })
})
