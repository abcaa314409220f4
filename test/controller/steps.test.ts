import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runSteps } from '../../src/controller/steps.ts'
import { createLogger } from '../../src/telemetry/index.ts'
import { FakeTime } from '../clock/fake-time.ts'

const logger = createLogger('silent')
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

test('steps run in order, each at its interval, until the signal aborts', async () => {
  const time = new FakeTime()
  const ending = new AbortController()
  const taken: string[] = []
  const step = (what: string, everySeconds: number) => ({ what, everySeconds, run: () => void taken.push(what) })
  const running = runSteps([step('a', 2), step('b', 1)], { time, logger }, ending.signal)
  await settle()
  assert.deepEqual(taken.splice(0), ['a', 'b'])
  for (const expected of [[], ['b'], [], ['a', 'b']]) {
    time.advance(500)
    await settle()
    assert.deepEqual(taken.splice(0), expected)
  }
  ending.abort()
  await running
  assert.equal(time.waiting, 0)
})

test('a step waits for the previous one, however long it takes', async () => {
  const time = new FakeTime()
  const ending = new AbortController()
  const taken: string[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  const slow = { what: 'slow', everySeconds: 1, run: () => promise }
  const next = { what: 'next', everySeconds: 1, run: () => void taken.push('next') }
  const running = runSteps([slow, next], { time, logger }, ending.signal)
  time.advance(60_000)
  await settle()
  assert.deepEqual(taken, [])
  resolve()
  await settle()
  assert.deepEqual(taken, ['next'])
  ending.abort()
  await running
})

test('a failed step runs again at its next turn, and delays no other', async () => {
  const time = new FakeTime()
  const ending = new AbortController()
  const taken: string[] = []
  const failing = {
    ...{ what: 'failing', everySeconds: 1 },
    run: () => {
      taken.push('failing')
      throw new Error('no')
    },
  }
  const next = { what: 'next', everySeconds: 1, run: () => void taken.push('next') }
  const running = runSteps([failing, next], { time, logger }, ending.signal)
  await settle()
  assert.deepEqual(taken.splice(0), ['failing', 'next'])
  time.advance(500)
  await settle()
  time.advance(500)
  await settle()
  assert.deepEqual(taken, ['failing', 'next'])
  ending.abort()
  await running
})
