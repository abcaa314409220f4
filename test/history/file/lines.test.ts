import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MAX_LINE_LENGTH, readLines, Unreadable } from '../../../src/history/file/lines.ts'

async function* inBlocks(bytes: Buffer, ...sizes: number[]): AsyncGenerator<Buffer> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!
    yield bytes.subarray(at, at + size)
    at += size
  }
}

/** The lines; null for an unreadable one. */
async function linesOf(blocks: AsyncIterable<Buffer>): Promise<(string | null)[]> {
  const all: (string | null)[] = []
  for await (const { firstLine, lines } of readLines(blocks)) {
    assert.equal(firstLine, all.length + 1, 'batches count lines through')
    all.push(...lines.map((line) => (line instanceof Unreadable ? null : line)))
  }
  return all
}

test('lines are complete for any block boundaries, even inside a character', async () => {
  const text = 'α,β\nsecond\r\n\nfourth ✓'
  for (const size of [1, 2, 3, 5, 1000]) {
    assert.deepEqual(await linesOf(inBlocks(Buffer.from(text), size)), ['α,β', 'second', '', 'fourth ✓'])
  }
})

test('any text in any blocks results in the same lines as splitting it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '\n', '\r\n', ',', '𝛑') })),
      fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }),
      async (pieces, sizes) => {
        const text = pieces.join('')
        const expected = text.split(/\r?\n/)
        if (expected.at(-1) === '') expected.pop()
        assert.deepEqual(await linesOf(inBlocks(Buffer.from(text), ...sizes)), expected)
      },
    ),
    { numRuns: 300 },
  )
})

test('a byte order mark is not part of the first line', async () => {
  assert.deepEqual(await linesOf(inBlocks(Buffer.from('\ufeffa\nb\n'), 2)), ['a', 'b'])
})

test('a line that is too long cannot be read, counts as a line, and affects no other', async () => {
  const long = 'x'.repeat(MAX_LINE_LENGTH + 1)
  for (const size of [1000, MAX_LINE_LENGTH, 10 * MAX_LINE_LENGTH]) {
    const bytes = Buffer.from(`a\n${long}\nb\n${long}${long}${long}\n\nc\n${long}`)
    assert.deepEqual(await linesOf(inBlocks(bytes, size)), ['a', null, 'b', null, '', 'c', null])
  }
})

test('a line of the maximum length is kept', async () => {
  const line = 'x'.repeat(MAX_LINE_LENGTH)
  assert.deepEqual(await linesOf(inBlocks(Buffer.from(`${line}\na`), 999)), [line, 'a'])
})

test('an endless line does not use more and more memory', async () => {
  const block = Buffer.alloc(64 * 1024, 'x')
  const before = process.memoryUsage().arrayBuffers
  let most = 0
  async function* endless() {
    for (let i = 0; i < 4_000; i++) {
      // A copy each, as a stream hands them out: what is kept cannot be shared.
      yield Buffer.from(block)
      if (i % 100 === 0) most = Math.max(most, process.memoryUsage().arrayBuffers - before)
    }
  }
  assert.deepEqual(await linesOf(endless()), [null])
  assert.ok(most < 128 * 1024 * 1024, `held ${most} bytes of 256 MB`)
})

test('no bytes result in no lines', async () => {
  assert.deepEqual(await linesOf(inBlocks(Buffer.alloc(0), 1)), [])
})
