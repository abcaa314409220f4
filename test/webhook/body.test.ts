import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { type Body, Intake } from '../../src/webhook/body.ts'

const LIMITS = { bodyBytes: 1_000, bufferedBytes: 1_500, inFlight: 3 }

/** A body whose chunks arrive when the test sends them. */
function arriving(intake: Intake, contentLength?: number) {
  const headers = contentLength === undefined ? {} : { 'content-length': String(contentLength) }
  const request = Object.assign(new EventEmitter(), { headers })
  const body = intake.collect(request as unknown as IncomingMessage)
  return {
    body,
    chunk: (text: string) => void request.emit('data', Buffer.from(text)),
    end: async () => {
      request.emit('end')
      request.emit('close')
      return textOf(await body)
    },
    leave: () => {
      request.emit('error', new Error('aborted'))
      request.emit('close')
    },
  }
}

/** The kept bytes, and why the rest was dropped. */
function textOf(body: Body | undefined): string[] {
  assert.ok(body)
  return 'bytes' in body ? [body.bytes.toString()] : [body.head.toString(), body.dropped]
}

async function collected(intake: Intake, ...chunks: string[]) {
  const { chunk, end } = arriving(intake)
  for (const text of chunks) chunk(text)
  return end()
}

test('a body is put together from its chunks', async () => {
  for (const chunks of [['one'], ['one', ' and', ' two'], []])
    assert.deepEqual(await collected(new Intake(LIMITS), ...chunks), [chunks.join('')])
})

test('a body of exactly the limit is kept; if it has one byte more, only its first bytes are', async () => {
  const [half, head] = ['x'.repeat(500), 'x'.repeat(256)]
  assert.deepEqual(await collected(new Intake(LIMITS), half, half), [half + half])
  assert.deepEqual(await collected(new Intake(LIMITS), half, half, '!'), [head, 'BodyTooLarge'])
  assert.deepEqual(await collected(new Intake(LIMITS), `${half}${half}!`), [head, 'BodyTooLarge'])
})

test('a body that is announced as too large is dropped from its first chunk on', async () => {
  const intake = new Intake(LIMITS)
  const [fits, over] = [arriving(intake, 1_000), arriving(intake, 1_001)]
  for (const { chunk } of [fits, over]) chunk('abc')
  assert.deepEqual(await fits.end(), ['abc'])
  over.chunk('def')
  assert.deepEqual(await over.end(), ['abc', 'BodyTooLarge'])
})

test('the first bytes of a dropped body are a copy, which keeps no larger chunk in memory', async () => {
  const { body, chunk, end } = arriving(new Intake(LIMITS))
  chunk('x'.repeat(100_000))
  await end()
  const kept = await body
  assert.ok(kept && 'head' in kept)
  assert.ok(kept.head.buffer.byteLength < 100_000)
})

test('concurrent bodies may take exactly the limit of memory together, and not one byte more', async () => {
  const intake = new Intake(LIMITS)
  const [one, other, third] = [arriving(intake), arriving(intake), arriving(intake)]
  one.chunk('1'.repeat(500))
  one.chunk('1'.repeat(500))
  other.chunk('2'.repeat(500))
  third.chunk('3')
  assert.deepEqual(await third.end(), ['3', 'Overloaded'])
  assert.deepEqual(await one.end(), ['1'.repeat(1_000)])
  assert.deepEqual(await other.end(), ['2'.repeat(500)])
})

test('memory is released once, whether a body ends, is dropped or never ends', async () => {
  const intake = new Intake({ ...LIMITS, bufferedBytes: 1_000 })
  const fill = 'x'.repeat(1_000)
  for (let i = 0; i < 3; i++) {
    assert.deepEqual(await collected(intake, fill), [fill])
    assert.deepEqual(await collected(intake, fill, 'x'), [fill.slice(0, 256), 'BodyTooLarge'])
    const dropped = arriving(intake)
    for (const text of [fill, 'x']) dropped.chunk(text)
    assert.deepEqual(await collected(intake, fill), [fill], 'while the rest of the dropped body still arrives')
    await dropped.end()
    const gone = arriving(intake)
    gone.chunk('x'.repeat(700))
    gone.leave()
  }
  const one = arriving(intake)
  one.chunk(fill)
  assert.deepEqual(await collected(intake, 'y'), ['y', 'Overloaded'])
  assert.deepEqual(await one.end(), [fill])
})

test('concurrent bodies beyond the limit are dropped, until one of the others is done', async () => {
  const intake = new Intake(LIMITS)
  const [ends, leaves, last] = [arriving(intake), arriving(intake), arriving(intake)]
  assert.deepEqual(await collected(intake, 'beyond', ' the limit'), ['beyond', 'Overloaded'])
  await ends.end()
  assert.deepEqual(await collected(intake, 'in its place'), ['in its place'])
  leaves.leave()
  await last.end()
  const again = [arriving(intake), arriving(intake), arriving(intake)]
  assert.deepEqual(await collected(intake, 'beyond again'), ['beyond again', 'Overloaded'])
  for (const { chunk, end } of again) {
    chunk('kept')
    assert.deepEqual(await end(), ['kept'])
  }
})

test('a client that disconnects before the end gets no answer', async () => {
  const { body, chunk, leave } = arriving(new Intake(LIMITS))
  chunk('half of')
  leave()
  assert.equal(await body, undefined)
})
