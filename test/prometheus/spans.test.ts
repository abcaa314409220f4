import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { HistoryError, type TimeWindow } from '../../src/history/index.ts'
import { inSpans, TooMuchError } from '../../src/prometheus/spans.ts'

const STEP = 300
const LIMITS = { firstSeconds: 8 * STEP, mostSeconds: 64 * STEP, leastSeconds: 2 * STEP }
const steps = ({ fromSeconds, toSeconds }: TimeWindow) => (toSeconds - fromSeconds) / STEP

async function lengths(window: TimeWindow, load: (span: TimeWindow) => Promise<unknown>): Promise<number[]> {
  const all: number[] = []
  for await (const { span } of inSpans(window, STEP, LIMITS, load)) all.push(steps(span))
  return all
}

test('spans grow while queries succeed, up to the maximum', async () => {
  const asked = await lengths({ fromSeconds: 0, toSeconds: 200 * STEP }, async () => {})
  assert.deepEqual(asked, [8, 16, 32, 64, 64, 16])
})

test('a span that is too much is split into halves, and its length is not tried again', async () => {
  const tried: number[] = []
  const asked = await lengths({ fromSeconds: 0, toSeconds: 60 * STEP }, async (span) => {
    tried.push(steps(span))
    if (steps(span) > 10) throw new TooMuchError('too many samples')
  })
  assert.deepEqual(asked, [8, 8, 8, 8, 8, 8, 8, 4])
  assert.deepEqual(tried, [8, 16, 8, 8, 8, 8, 8, 8, 4])
})

test('if even the shortest span is too much, the error says why and what to do', async () => {
  await assert.rejects(
    lengths({ fromSeconds: 0, toSeconds: 60 * STEP }, () => Promise.reject(new TooMuchError('too many samples'))),
    (error) => {
      assert.ok(error instanceof HistoryError && !(error instanceof TooMuchError))
      assert.match(error.message, /^too many samples, and querying less than 10 minutes at a time does not help: raise/)
      return true
    },
  )
})

test('any other error stops it immediately', async () => {
  let tries = 0
  await assert.rejects(
    lengths({ fromSeconds: 0, toSeconds: 60 * STEP }, async () => {
      tries++
      throw new HistoryError('no')
    }),
    /^HistoryError: no$/,
  )
  assert.equal(tries, 1)
})

test('a window is covered once, without a gap, with any failures', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 300 }),
      fc.array(fc.integer({ min: 3, max: 100 }), { minLength: 1 }),
      async (length, bearable) => {
        const window = { fromSeconds: 1200, toSeconds: 1200 + length * STEP }
        let calls = 0
        let at = window.fromSeconds
        const load = async (span: TimeWindow) => {
          if (steps(span) > bearable[calls++ % bearable.length]!) throw new TooMuchError('too much')
        }
        for await (const { span } of inSpans(window, STEP, { ...LIMITS, leastSeconds: STEP }, load)) {
          assert.equal(span.fromSeconds, at)
          assert.ok(span.toSeconds > at && Number.isInteger(steps(span)) && steps(span) <= 64)
          at = span.toSeconds
        }
        assert.equal(at, window.toSeconds)
      },
    ),
  )
})
