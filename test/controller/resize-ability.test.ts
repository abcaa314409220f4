import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ResizeAbility } from '../../src/controller/resize-ability.ts'
import { createLogger } from '../../src/telemetry/index.ts'
import { FakeTime } from '../clock/fake-time.ts'

const SIGNAL = new AbortController().signal

function asking(resources: readonly string[], allowed: boolean) {
  const time = new FakeTime()
  const state = { asked: 0, resources, allowed }
  const client = {
    text: async () => {
      state.asked++
      return JSON.stringify({ resources: state.resources.map((name) => ({ name })) })
    },
    create: async () => ({ metadata: {}, status: { allowed: state.allowed } }),
  }
  const ability = new ResizeAbility({ client: client as never, logger: createLogger('silent'), time })
  return { ability, state, time }
}

test('running Pods can be resized if the API server has pods/resize and the learner may use it', async () => {
  for (const [resources, allowed, expected] of [
    [['pods', 'pods/resize'], true, true],
    [['pods', 'pods/resize'], false, false],
    [['pods', 'pods/status'], true, false],
  ] as const) {
    const { ability } = asking(resources, allowed)
    assert.equal(ability.isAble, false, 'nobody has asked')
    await ability.refresh(SIGNAL)
    assert.equal(ability.isAble, expected)
  }
})

test('the API server is asked again after ten minutes', async () => {
  const { ability, state, time } = asking(['pods/resize'], true)
  await ability.refresh(SIGNAL)
  state.allowed = false
  time.advance(599_000)
  await ability.refresh(SIGNAL)
  assert.deepEqual([ability.isAble, state.asked], [true, 1])
  time.advance(1_000)
  await ability.refresh(SIGNAL)
  assert.equal(ability.isAble, false)
})

test('the result of a real resize counts more than the answer of the API server, until that changes', async () => {
  const { ability, state, time } = asking(['pods/resize'], true)
  await ability.refresh(SIGNAL)
  ability.unable({ why: 'Forbidden' })
  assert.deepEqual([ability.isAble, ability.mayTry], [false, false])
  time.advance(600_000)
  await ability.refresh(SIGNAL)
  assert.deepEqual([ability.isAble, ability.mayTry], [false, true], 'it says the same as before')
  ability.resized()
  assert.equal(ability.isAble, true)
  state.allowed = false
  time.advance(600_000)
  await ability.refresh(SIGNAL)
  assert.deepEqual([ability.isAble, ability.mayTry], [false, true], 'somebody may still have rights in one namespace')
  ability.resized()
  assert.equal(ability.isAble, true)
})
