import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { inTimeOrder, type UsageSample } from '../../src/history/index.ts'

const containers = ['a', 'b'].map((name) => ({
  workload: { namespace: 'shop', kind: 'Deployment', name },
  container: name,
}))

test('returns all samples, each container in order of time', async () => {
  const sample = fc.record({ which: fc.nat(1), at: fc.nat(5000), cpuCores: fc.nat(9), memoryBytes: fc.nat(9) })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(sample, { maxLength: 2000 }), { maxLength: 4 }), async (batches) => {
      const samples = batches.map((batch) =>
        batch.map(
          ({ which, at, ...usage }): UsageSample => ({
            container: containers[which]!,
            pod: '',
            timestampSeconds: at,
            ...usage,
          }),
        ),
      )
      async function* source() {
        yield* samples
      }
      const out: UsageSample[] = []
      for await (const batch of inTimeOrder(source())) out.push(...batch)
      for (const container of containers) {
        const of = (all: UsageSample[]) => all.filter((each) => each.container === container)
        assert.deepEqual(
          of(out),
          of(samples.flat()).toSorted((one, other) => one.timestampSeconds - other.timestampSeconds),
        )
      }
    }),
    { numRuns: 30 },
  )
})
