import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ContainerRecommendation, readValues, writeValues } from '../../src/api/index.ts'
import { refreshed, withConfidenceOf } from '../../src/revisions/certainty.ts'

const evidence = (samples: number) => ({ from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z', samples })
const cpu = (confidence: number | undefined, samples?: number, request = '1'): ContainerRecommendation => ({
  ...{ name: 'app', cpu: { request, ...(confidence !== undefined && { confidence }) } },
  ...(samples !== undefined && { evidence: evidence(samples) }),
})
const refresh = (before: ContainerRecommendation, learned?: ContainerRecommendation) =>
  writeValues(refreshed(readValues([before]), readValues(learned ? [learned] : [])))[0]!

test('confidence that has moved by a tenth is told with its evidence, and the values stay', () => {
  assert.deepEqual(refresh(cpu(0.5, 1), cpu(0.625, 2, '3')), cpu(0.625, 2))
  assert.deepEqual(refresh(cpu(0.5, 1), cpu(0.375, 2)), cpu(0.375, 2))
  assert.deepEqual(refresh(cpu(0, 1), cpu(0.1, 2)), cpu(0.1, 2))
  assert.deepEqual(refresh(cpu(undefined, 1), cpu(0.1, 2)), cpu(0.1, 2))
})

test('confidence that has moved by less, or is no longer known, is not told', () => {
  const before = readValues([cpu(0.5, 1)])
  for (const learned of [[cpu(0.59, 2)], [cpu(0.41, 2)], [cpu(undefined, 2)], [], [{ ...cpu(0.9), name: 'proxy' }]])
    assert.equal(refreshed(before, readValues(learned)), before)
})

test('evidence stays where there is no new evidence', () => {
  assert.deepEqual(refresh(cpu(0.5, 1), cpu(0.9)), cpu(0.9, 1))
  assert.deepEqual(refresh(cpu(0.5), cpu(0.9)), cpu(0.9))
})

test('confidence of one container that has moved is told beside others that have not, or are no longer learned', () => {
  const [before, learned] = [[cpu(0.5, 1), { ...cpu(0.5, 1), name: 'old' }], [cpu(0.9, 2)]]
  assert.deepEqual(writeValues(refreshed(readValues(before), readValues(learned))), [learned[0], before[1]])
})

test('each resource has its own confidence; one that is not known stays', () => {
  const two = (a: number, b?: number) => ({
    ...{ name: 'app', cpu: { request: '1', confidence: a } },
    memory: { request: '1Gi', ...(b !== undefined && { confidence: b }) },
  })
  const now = withConfidenceOf(readValues([two(0.1, 0.2)]), readValues([two(0.8)]))
  assert.deepEqual(writeValues(now), [two(0.8, 0.2)])
})
