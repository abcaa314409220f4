import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { UsageSample } from '../../../src/history/source.ts'
import { SampleSpacing } from '../../../src/readers/history/sample-spacing.ts'

const container = { workload: { namespace: 'shop', kind: 'Deployment', name: 'web' }, container: 'web' }

async function spacingOf(samples: readonly (readonly [pod: string, atSeconds: number])[]): Promise<number | undefined> {
  const batch = samples.map(([pod, timestampSeconds]): UsageSample => {
    return { container, pod, timestampSeconds, cpuCores: 1, memoryBytes: 1 }
  })
  const spacing = new SampleSpacing()
  const seen: (readonly UsageSample[])[] = []
  const batches = (async function* () {
    yield batch
  })()
  for await (const samples of spacing.watch(batches)) seen.push(samples)
  assert.deepEqual(seen, [batch])
  return spacing.commonest
}

test('the spacing is that of one Pod, whenever its replicas are sampled', async () => {
  const two = Array.from(
    { length: 20 },
    (_, i) =>
      [
        ['a', i * 300],
        ['b', i * 300 + 37],
      ] as const,
  ).flat()
  assert.equal(await spacingOf(two), 300)
})

test('pauses, and jumps back where memory follows CPU, do not count', async () => {
  assert.equal(
    await spacingOf([
      ['a', 0],
      ['a', 60],
      ['a', 120],
      ['a', 7200],
      ['a', 0],
      ['a', 60],
    ]),
    60,
  )
})

test('there is none where no Pod has two samples', async () => {
  assert.equal(
    await spacingOf([
      ['a', 0],
      ['b', 60],
    ]),
    undefined,
  )
})
