import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import { endOnSignals } from '../../src/commands/signals.ts'
import { eventually } from '../webhook/harness.ts'

test('the first signal drains and then exits with 0, the second exits at once with the code of the signal', async () => {
  for (const [second, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const signals = new EventEmitter()
    const exits: number[] = []
    const { promise, resolve } = Promise.withResolvers<void>()
    endOnSignals({ drain: () => promise }, signals, (exitCode) => exits.push(exitCode))
    signals.emit('SIGTERM')
    assert.deepEqual(exits, [])
    signals.emit(second)
    assert.deepEqual(exits, [code])
    resolve()
    await eventually(() => assert.deepEqual(exits, [code, 0]))
  }
})

test('a drain that fails exits with 1', async () => {
  const signals = new EventEmitter()
  const exit = new Promise((resolve) =>
    endOnSignals({ drain: () => Promise.reject(new Error('no')) }, signals, resolve),
  )
  signals.emit('SIGINT')
  assert.equal(await exit, 1)
})
