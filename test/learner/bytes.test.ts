import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { ByteReader, ByteWriter, copyState } from '../../src/learner/bytes.ts'

function written(write: (to: ByteWriter) => void): Uint8Array {
  const to = new ByteWriter()
  write(to)
  return to.finish()
}

describe('bytes', () => {
  test('are little-endian, because a state moves from one machine to another', () => {
    assert.deepEqual([...written((to) => to.uint32(0x0102_0304))], [4, 3, 2, 1])
    assert.deepEqual([...written((to) => to.float64(1))], [0, 0, 0, 0, 0, 0, 0xf0, 0x3f])
    assert.deepEqual([...written((to) => to.float32s(Float32Array.of(1, -2)))], [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0])
    assert.deepEqual([...written((to) => to.text('é'))], [2, 0, 0, 0, 0xc3, 0xa9])
  })

  test('are read as they were written, in any order', () => {
    const item = fc.oneof(
      fc.record({ kind: fc.constant('uint32' as const), value: fc.integer({ min: 0, max: 2 ** 32 - 1 }) }),
      fc.record({ kind: fc.constant('float64' as const), value: fc.double() }),
      fc.record({ kind: fc.constant('text' as const), value: fc.string({ unit: 'grapheme', maxLength: 40 }) }),
      fc.record({ kind: fc.constant('uint8s' as const), value: fc.uint8Array({ maxLength: 50 }) }),
      fc.record({ kind: fc.constant('float32s' as const), value: fc.float32Array({ maxLength: 20 }) }),
      fc.record({ kind: fc.constant('float64s' as const), value: fc.float64Array({ maxLength: 20 }) }),
    )
    fc.assert(
      fc.property(fc.array(item, { maxLength: 30 }), (items) => {
        const bytes = written((to) => {
          for (const { kind, value } of items) (to[kind] as (value: unknown) => void)(value)
        })
        const from = new ByteReader(bytes)
        for (const { kind, value } of items) {
          if (kind === 'uint32' || kind === 'float64' || kind === 'text') assert.deepEqual(from[kind](), value)
          else {
            const into = new (value.constructor as new (length: number) => typeof value)(value.length)
            ;(from[kind] as (into: unknown) => void)(into)
            assert.deepEqual(into, value)
          }
        }
        assert.equal(from.remaining, 0)
      }),
    )
  })

  test("may be more than the buffer's initial size, in small or large writes", () => {
    const few = written((to) => {
      for (let i = 0; i < 20_000; i++) to.uint32(i)
    })
    assert.equal(few.length, 80_000)
    const from = new ByteReader(few)
    for (let i = 0; i < 20_000; i++) assert.equal(from.uint32(), i)
    const large = new Uint8Array(300_000).map((_, i) => i % 251)
    const atOnce = written((to) => {
      to.uint32(7)
      to.uint8s(large)
    })
    assert.deepEqual(atOnce.subarray(4), large)
    assert.equal(atOnce[0], 7)
  })

  test('that end too early are an error with that message', () => {
    const reads: ((from: ByteReader) => void)[] = [
      (from) => from.uint32(),
      (from) => from.float64(),
      (from) => from.uint8s(new Uint8Array(4)),
      (from) => from.float32s(new Float32Array(1)),
      (from) => from.float64s([0]),
    ]
    for (const read of reads)
      assert.throws(() => read(new ByteReader(new Uint8Array(3))), { name: 'RangeError', message: /wanted, 3 left$/ })
    assert.throws(() => new ByteReader(Uint8Array.of(9, 0, 0, 0, 65)).text(), /^RangeError: 9 bytes wanted, 1 left$/)
    assert.doesNotThrow(() => new ByteReader(new Uint8Array(4)).uint32())
  })

  test('of a text that is not UTF-8 are an error', () => {
    assert.throws(() => new ByteReader(Uint8Array.of(1, 0, 0, 0, 0xff)).text(), TypeError)
  })

  test('of a part of a buffer are read from where the part begins', () => {
    const whole = Uint8Array.of(9, 9, 4, 3, 2, 1, 9)
    const from = new ByteReader(whole.subarray(2, 6))
    assert.equal(from.remaining, 4)
    assert.equal(from.uint32(), 0x0102_0304)
  })

  test('do not change after finish with later writes', () => {
    const to = new ByteWriter()
    to.uint32(1)
    const first = to.finish()
    to.uint32(2)
    assert.equal(first.length, 4)
    assert.equal(to.finish().length, 8)
  })

  test('copy the state of one object into another', () => {
    class Counter {
      count = 0
      write(to: ByteWriter) {
        to.uint32(this.count)
      }
      read(from: ByteReader) {
        this.count = from.uint32()
      }
    }
    const [one, other] = [new Counter(), new Counter()]
    one.count = 42
    copyState(one, other)
    assert.equal(other.count, 42)
  })
})
