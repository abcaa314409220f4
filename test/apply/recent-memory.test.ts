import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RecentMemory } from '../../src/apply/recent-memory.ts'

const DAY_SECONDS = 86_400
const EVER = Number.POSITIVE_INFINITY
const containerOf = (name: string) => ({ workload: { namespace: 'shop', kind: 'Deployment', name }, container: 'app' })

test('workloads without a sample for a day are forgotten, and the others are kept', () => {
  const seen = fc.record({ name: fc.integer({ min: 0, max: 20 }), hours: fc.double({ min: 0, max: 96, noNaN: true }) })
  fc.assert(
    fc.property(fc.array(seen, { maxLength: 100 }), (all) => {
      const memory = new RecentMemory()
      const last = new Map<string, number>()
      const now = 96 * 3600
      for (const { name, hours } of all.toSorted((a, b) => a.hours - b.hours)) {
        const [key, timestampSeconds] = [`web-${name}`, hours * 3600]
        memory.note([
          { container: containerOf(key), pod: 'a', timestampSeconds, cpuCores: 1, memoryBytes: 1000 + name },
        ])
        last.set(key, timestampSeconds)
        // Pruned as often as a learner does it.
        memory.prune(timestampSeconds)
      }
      memory.prune(now)
      for (const [key, lastSeconds] of last)
        assert.equal(memory.peak(containerOf(key), now, EVER) !== undefined, now - lastSeconds <= DAY_SECONDS, key)
    }),
  )
})
