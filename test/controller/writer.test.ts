import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PendingWrite } from '../../src/controller/write-queue.ts'
import { WriteQueue } from '../../src/controller/write-queue.ts'
import { Writer } from '../../src/controller/writer.ts'
import { KubeError } from '../../src/kube/index.ts'
import { createLearnerMetrics, createLogger } from '../../src/telemetry/index.ts'
import { FakeTime } from '../clock/fake-time.ts'

/** Runs everything that does not wait for a timer. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

function writing() {
  const time = new FakeTime()
  const queue = new WriteQueue()
  const metrics = createLearnerMetrics()
  const writer = new Writer({ queue, time, metrics, logger: createLogger('silent') })
  const ending = new AbortController()
  const attempts: string[] = []
  const refusals: string[] = []
  /** @param error the failure, as long as there is one */
  const write = (key: string, error: () => Error | undefined = () => undefined): PendingWrite => ({
    ...{ purpose: 'status', key, namespace: key, requests: 1, content: '', about: { key } },
    run: async () => {
      attempts.push(key)
      const failure = error()
      if (failure) throw failure
      return true
    },
    onRefused: () => void refusals.push(key),
  })
  const counted = async () => {
    const { values } = await metrics.writes.get()
    return Object.fromEntries(
      values.flatMap(({ labels, value }) => (value > 0 ? [[`${labels.purpose} ${labels.outcome}`, value]] : [])),
    )
  }
  return { time, queue, metrics, writer, ending, attempts, refusals, write, counted }
}

const invalid = new KubeError('Invalid', 'no', { status: 422 })
const unreachable = new KubeError('Unreachable', 'nobody there')

test('writes what is offered, and looks again a moment later, until its signal', async () => {
  const { time, queue, writer, ending, attempts, write, counted } = writing()
  const running = writer.run(ending.signal)
  queue.offer(['status'], [write('a'), write('b')], time.elapsed())
  await settle()
  assert.deepEqual(attempts, [])
  time.advance(200)
  await settle()
  assert.deepEqual(attempts, ['a', 'b'])
  assert.deepEqual(await counted(), { 'status written': 2 })
  ending.abort()
  await running
})

test('a refusal is reported once and delays no other write', async () => {
  const { time, queue, metrics, writer, ending, attempts, refusals, write, counted } = writing()
  for (let turn = 0; turn < 3; turn++) {
    queue.offer(['status'], [write('bad', () => invalid), write(`good-${turn}`)], time.elapsed())
    await writer.drain(ending.signal)
    time.advance(60_000)
  }
  assert.deepEqual(attempts, ['bad', 'good-0', 'good-1', 'good-2'])
  assert.deepEqual(refusals, ['bad'])
  assert.deepEqual(await counted(), { 'status written': 3, 'status refused': 1 })
  const { values } = await metrics.writesWaiting.get()
  assert.ok(values.every(({ value }) => value === 0))
})

test('a failure is counted, and tried again after its wait', async () => {
  const { time, queue, writer, ending, attempts, refusals, write, counted } = writing()
  let isBroken = true
  queue.offer(['status'], [write('a', () => (isBroken ? new Error('no') : undefined))], time.elapsed())
  await writer.drain(ending.signal)
  isBroken = false
  time.advance(5_000)
  await writer.drain(ending.signal)
  assert.deepEqual(attempts, ['a', 'a'])
  assert.deepEqual(refusals, [])
  assert.deepEqual(await counted(), { 'status failed': 1, 'status written': 1 })
})

test('while the server does not answer, it waits longer and longer instead of trying every object', async () => {
  const { time, queue, writer, ending, attempts, write } = writing()
  let isDown = true
  const all = Array.from({ length: 10 }, (_, i) => write(`${i}`, () => (isDown ? unreachable : undefined)))
  queue.offer(['status'], all, time.elapsed())
  const running = writer.run(ending.signal)
  for (const [seconds, tried] of [
    [0, 1],
    [0.9, 1],
    [0.1, 2],
    [1.9, 2],
    [0.1, 3],
  ] as const) {
    time.advance(seconds * 1000)
    await settle()
    assert.equal(attempts.length, tried)
  }
  isDown = false
  time.advance(4_000)
  await settle()
  // The seven that were not tried, and the first two, whose 5 s have passed.
  assert.equal(attempts.length, 12)
  ending.abort()
  await running
})

test('a write that is interrupted by the end is not a failure', async () => {
  const { time, queue, writer, ending, write, counted } = writing()
  const broken = write('a', () => {
    ending.abort()
    return new Error('aborted')
  })
  queue.offer(['status'], [broken], time.elapsed())
  await writer.drain(ending.signal)
  assert.deepEqual(await counted(), {})
})
