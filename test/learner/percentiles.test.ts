import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { cpuPercentiles, memoryPercentiles } from '../../src/learner/percentiles.ts'
import { MIB } from './usage.ts'
import { bytes, cores, windowOf } from './windows.ts'

const mebibytes = (value: number) => bytes(value * MIB)

describe('percentiles', () => {
  test('of CPU are those of all samples', () => {
    const window = windowOf(1, () => ({
      cpu: Array.from({ length: 50 }, (_, i) => (i < 25 ? 1 : i < 48 ? 2 : i < 49 ? 3 : 4)),
    }))
    assert.deepEqual(cpuPercentiles(window), { p50: cores(1), p95: cores(2), p99: cores(4), peak: cores(4) })
  })

  test('of CPU forget an hour by half in a week', () => {
    const window = windowOf(100, (hour) => ({ cpu: hour < 60 ? 1 : 2 }))
    const old = Array.from({ length: 60 }, (_, i) => 2 ** (-(99 - i) / 168)).reduce((a, b) => a + b)
    const all = Array.from({ length: 100 }, (_, i) => 2 ** (-(99 - i) / 168)).reduce((a, b) => a + b)
    assert.ok(old / all > 0.5)
    assert.equal(cpuPercentiles(window)!.p50, cores(1))
    const later = windowOf(100, (hour) => ({ cpu: hour < 55 ? 1 : 2 }))
    assert.equal(cpuPercentiles(later)!.p50, cores(2))
  })

  test('of memory weigh the hours of the 14 days equally', () => {
    const window = windowOf(200, (hour) => ({ memory: (hour < 100 ? 100 : hour < 196 ? 200 : 300) * MIB }))
    assert.deepEqual(memoryPercentiles(window), {
      p50: mebibytes(100),
      p95: mebibytes(200),
      p99: mebibytes(300),
      peak: mebibytes(300),
    })
    const spread = windowOf(20, () => ({
      memory: [...Array(5).fill(100 * MIB), ...Array(4).fill(200 * MIB), 300 * MIB],
    }))
    assert.deepEqual(memoryPercentiles(spread), {
      p50: mebibytes(100),
      p95: mebibytes(200),
      p99: mebibytes(300),
      peak: mebibytes(300),
    })
  })

  test('and peaks are of the last 14 days, and missing without samples', () => {
    const window = windowOf(1, () => ({ cpu: 9, memory: 900 * MIB }))
    window.closeUntil(336)
    assert.deepEqual([cpuPercentiles(window)!.peak, memoryPercentiles(window)!.peak], [cores(9), mebibytes(900)])
    window.closeUntil(337)
    assert.deepEqual([cpuPercentiles(window), memoryPercentiles(window)], [undefined, undefined])
    const cpuAlone = windowOf(3, () => ({ cpu: 1 }))
    assert.deepEqual([cpuPercentiles(cpuAlone) !== undefined, memoryPercentiles(cpuAlone)], [true, undefined])
    const memoryAlone = windowOf(3, () => ({ memory: MIB }))
    assert.deepEqual([cpuPercentiles(memoryAlone), memoryPercentiles(memoryAlone) !== undefined], [undefined, true])
  })
})
