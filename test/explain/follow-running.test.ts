import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RunningState } from '../../src/apply/index.ts'
import { followRunning } from '../../src/explain/follow-running.ts'

const NOTHING = { should: 3, changes: undefined, reason: undefined, message: undefined } as const
const has = (pod: string): RunningState => ({ ...NOTHING, pod, carries: 3, isDone: true })
const lacks = (pod: string): RunningState => ({ ...NOTHING, pod, carries: undefined, isDone: false })

/** Names of the Pods that have changed, look by look. */
async function follow(looks: readonly (readonly RunningState[])[], isFinal = () => false, milliseconds = 60_000) {
  let next = 0
  const read = async () => ({ states: looks[Math.min(next++, looks.length - 1)]! })
  const said: string[] = []
  for await (const { changed } of followRunning(read, isFinal, milliseconds, async () => {}))
    said.push(changed.map(({ pod }) => pod).join(' '))
  return said
}

test('says of each look which Pods have changed, until all have what is applied', async () => {
  const looks = [
    [lacks('a'), lacks('b')],
    [has('a'), lacks('b')],
    [has('a'), lacks('b')],
    [has('a'), has('b')],
  ]
  assert.deepEqual(await follow(looks), ['a b', 'a', '', 'b'])
  assert.deepEqual(await follow([[]]), [''], 'there may be no Pods')
})

test('ends where nothing will change any more, or time is over', async () => {
  assert.deepEqual(await follow([[lacks('a')]], () => true), ['a'])
  assert.deepEqual(await follow([[lacks('a')]], () => false, -1), ['a'])
})
