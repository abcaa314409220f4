import assert from 'node:assert/strict'
import { test } from 'node:test'
import { whenAble } from '../../src/controller/when-able.ts'
import { FakeTime } from '../clock/fake-time.ts'
import { until } from '../cluster/harness/until.ts'

function starting() {
  const time = new FakeTime()
  const state = { isAble: false, isSynced: false, followed: 0, started: 0 }
  const ending = new AbortController()
  const ended = (signal: AbortSignal) =>
    new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
  const constraint = {
    get isSynced() {
      return state.isSynced
    },
    async run(signal: AbortSignal) {
      state.followed++
      await ended(signal)
    },
  }
  const start = async (signal: AbortSignal) => {
    state.started++
    await ended(signal)
  }
  const running = whenAble(start, { ability: state, constraints: [constraint, constraint], time }, ending.signal)
  const passes = (isSo: () => boolean) =>
    until(
      'time to pass',
      () => {
        time.advance(1_000)
        return isSo()
      },
      { everyMilliseconds: 1 },
    )
  let looks = 0
  /** Lets enough time pass for several looks. */
  const passAWhile = () => {
    const before = looks
    return passes(() => ++looks > before + 10)
  }
  const end = async () => {
    ending.abort()
    await running
  }
  return { state, passes, passAWhile, end }
}

test('if Pods cannot be resized, nothing is watched and nothing starts', async () => {
  const { state, passAWhile, end } = starting()
  await passAWhile()
  assert.deepEqual([state.followed, state.started], [0, 0])
  await end()
})

test('if they can, it starts once LimitRanges and quotas are known, and only once', async () => {
  const { state, passes, passAWhile, end } = starting()
  state.isAble = true
  await passes(() => state.followed === 2)
  await passAWhile()
  assert.equal(state.started, 0, 'a Pod must not be resized beyond a LimitRange that nobody has read yet')
  state.isSynced = true
  await passes(() => state.started === 1)
  state.isAble = false
  await passAWhile()
  assert.deepEqual([state.followed, state.started], [2, 1])
  await end()
})

test('ends with its signal, whether or not Pods can be resized', async () => {
  for (const isAble of [false, true]) {
    const { state, passAWhile, end } = starting()
    state.isAble = isAble
    await passAWhile()
    await end()
    assert.equal(state.started, 0)
  }
})
