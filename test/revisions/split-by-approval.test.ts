import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type ContainerRecommendation, readValues, type Values, writeValues } from '../../src/api/index.ts'
import type { Disposition } from '../../src/revisions/approval.ts'
import { splitByApproval, type Verdict, withAsked } from '../../src/revisions/split-by-approval.ts'
import { app } from './reconcile-input.ts'

const split = (
  current: readonly ContainerRecommendation[],
  next: readonly ContainerRecommendation[],
  cpu: Disposition,
  memory: Disposition,
) => {
  const verdicts: Record<string, Verdict> = {
    cpu: { disposition: cpu, grant: 'Approved' },
    memory: { disposition: memory, grant: 'RaisedAfterOomKill' },
  }
  return splitByApproval(readValues(current), readValues(next), (_, resource) => verdicts[resource]!)
}
const written = (values: Values | undefined) => values && writeValues(values)

describe('what is new is split by what happens to it', () => {
  const [from, to] = [app('1', '1Gi'), app('2', '2Gi')]
  const cases: readonly (readonly [
    cpu: Disposition,
    memory: Disposition,
    granted: [string, string],
    asked?: [string, string],
  ])[] = [
    ['apply', 'apply', ['2', '2Gi']],
    ['apply', 'hold', ['2', '1Gi']],
    ['wait', 'apply', ['1', '2Gi']],
    ['observe', 'observe', ['1', '1Gi']],
    ['ask', 'apply', ['1', '2Gi'], ['2', '2Gi']],
    ['hold', 'ask', ['1', '1Gi'], ['1', '2Gi']],
    ['ask', 'wait', ['1', '1Gi'], ['2', '1Gi']],
    ['young', 'apply', ['1', '2Gi']],
  ]
  for (const [cpu, memory, granted, asked] of cases)
    test(`CPU: ${cpu}, memory: ${memory}`, () => {
      const is = split(from, to, cpu, memory)
      assert.deepEqual(written(is.granted), app(...granted))
      assert.deepEqual(written(is.asked), asked && app(...asked))
      assert.equal(is.waits, cpu === 'wait' || memory === 'wait')
      assert.equal(is.isYoung, cpu === 'young')
      const grants = [...(cpu === 'apply' ? ['Approved'] : []), ...(memory === 'apply' ? ['RaisedAfterOomKill'] : [])]
      assert.deepEqual([...is.grants], grants)
    })

  test('what is unchanged asks nobody, and is no reason to apply anything', () => {
    const { granted, grants, asked, waits } = split(from, from, 'ask', 'wait')
    assert.deepEqual([written(granted), [...grants], asked, waits], [from, [], undefined, false])
    assert.deepEqual(written(split(from, app('1', '1Gi', '2Gi'), 'ask', 'ask').asked), app('1', '1Gi', '2Gi'))
  })

  test('what is unchanged is given with what is known of it now', () => {
    const cpu = (confidence: number) => [{ name: 'app', cpu: { request: '1', confidence } }]
    assert.deepEqual(written(split(cpu(0.5), cpu(0.9), 'hold', 'hold').granted), cpu(0.9))
  })

  test('a container that may get nothing, even with every approval, is left out of what asks', () => {
    const next = [
      { name: 'app', memory: { request: '1Gi' } },
      { name: 'web', cpu: { request: '1' } },
    ]
    assert.deepEqual(written(split([], next, 'hold', 'ask').asked), next.slice(0, 1))
  })

  test('a container that may get nothing yet is left out, and one that an autoscaler holds is not', () => {
    const { granted, asked } = split([], [...to, { name: 'web', held: { cpu: 'HeldForHpa' } }], 'hold', 'ask')
    assert.deepEqual(written(granted), [{ name: 'web', held: { cpu: 'HeldForHpa' } }])
    assert.deepEqual(written(asked), [
      { name: 'app', memory: { request: '2Gi' } },
      { name: 'web', held: { cpu: 'HeldForHpa' } },
    ])
    assert.deepEqual(written(split([], to, 'hold', 'hold').granted), [])
    assert.deepEqual(written(split([], to, 'apply', 'hold').granted), [{ name: 'app', cpu: { request: '2' } }])
  })
})

describe('what needed approval still needs it', () => {
  const merged = (
    proposed: readonly ContainerRecommendation[],
    current: readonly ContainerRecommendation[],
    pending: readonly ContainerRecommendation[],
  ) => writeValues(withAsked(readValues(proposed), readValues(current), readValues(pending)))
  const [applied, asked] = [app('1', '1Gi'), app('4', '4Gi')]

  test('where nothing else is proposed', () => {
    assert.deepEqual(merged(applied, applied, asked), asked)
    assert.deepEqual(merged([], [], asked), asked)
    assert.deepEqual(merged(applied, applied, []), applied)
  })

  test('but not where something else is, which takes its place', () => {
    assert.deepEqual(merged(app('2', '1Gi'), applied, asked), app('2', '4Gi'))
    assert.deepEqual(merged(app('2', '2Gi'), [], asked), app('2', '2Gi'))
    // What is applied would go.
    assert.deepEqual(merged([], applied, asked), [])
  })

  test('nor where an autoscaler now holds the resource', () => {
    const held = { name: 'app', held: { cpu: 'HeldForHpa' }, memory: { request: '1Gi' } }
    assert.deepEqual(merged([held], [held], asked), [{ ...held, memory: { request: '4Gi' } }])
  })
})
