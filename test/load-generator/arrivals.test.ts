import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { arrivals } from '../../src/load-generator/arrivals.ts'
import { mulberry } from './random.ts'

function first(count: number, schedule: Generator<number, never>): number[] {
  return Array.from({ length: count }, () => schedule.next().value)
}

describe('arrivals', () => {
  it('come at equal intervals', () => {
    assert.deepEqual(
      first(
        4,
        arrivals(100, 'constant', () => 0.5),
      ),
      [0, 10, 20, 30],
    )
  })

  it('do not drift from their rate over a million requests', () => {
    const schedule = arrivals(3, 'constant', () => 0.5)
    let last = 0
    for (let i = 0; i <= 1_000_000; i++) last = schedule.next().value
    assert.ok(Math.abs(last - 1e9 / 3) < 1e-3)
  })

  it('of a Poisson process have gaps whose mean and standard deviation are the interval', () => {
    const times = first(50_001, arrivals(200, 'poisson', mulberry(1)))
    const gaps = times.slice(1).map((time, index) => time - times[index]!)
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
    const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length)
    assert.ok(Math.abs(mean - 5) < 0.1, `${mean}`)
    assert.ok(Math.abs(deviation - 5) < 0.15, `${deviation}`)
  })
})
