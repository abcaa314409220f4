import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { jsonText } from '../../../src/commands/terminal/print.ts'
import { cut, printable, printableLines, wrap } from '../../../src/commands/terminal/text.ts'
import { formatMoney } from '../../../src/commands/terminal/units.ts'
import { costPerMonth, plural } from '../../../src/insight/index.ts'
import { formatBytes, formatCores } from '../../../src/resources/index.ts'

test('cores are shown in millicores below one, and with at most two decimals above', () => {
  assert.deepEqual([0.0099, 0.25, 0.9994, 1, 1.255, 12, 340.4].map(formatCores), [
    '10m',
    '250m',
    '999m',
    '1',
    '1.25',
    '12',
    '340',
  ])
})

test('bytes are shown in mebibytes below a gibibyte, and in gibibytes above', () => {
  const mebibytes = (count: number) => formatBytes(count * 2 ** 20)
  assert.deepEqual([32, 1023, 1024, 1536, 65_536].map(mebibytes), ['32Mi', '1023Mi', '1Gi', '1.5Gi', '64Gi'])
})

test('money has cents, a sign where it costs more, and no negative zero', () => {
  assert.deepEqual(
    [1234.5, -7.714, -0.001, 0].map((amount) => formatMoney(amount)),
    ['$1,234.50', '−$7.71', '$0.00', '$0.00'],
  )
})

test('one core and one GiB for a month cost 730 hours of each', () => {
  assert.equal(costPerMonth(1, 2 ** 30, { coreHour: 0.03, gibHour: 0.004 }).toFixed(6), '24.820000')
})

test('one is one, and all else is many', () => {
  assert.deepEqual(
    [0, 1, 2_000].map((count) => plural(count, 'Pod')),
    ['0 Pods', '1 Pod', '2,000 Pods'],
  )
})

test('wrapped text loses nothing and fits, for any words', () => {
  const word = fc.string({ minLength: 1, maxLength: 20, unit: fc.constantFrom('a', 'é') })
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), fc.integer({ min: 20, max: 60 }), (words, columns) => {
      const lines = wrap(words.join(' '), columns)
      assert.equal(lines.join(' '), words.join(' '))
      for (const line of lines) assert.ok(line.length <= columns, line)
    }),
  )
})

test('an arrow stays with the words beside it', () => {
  assert.deepEqual(wrap('limit 1Gi → 384Mi', 12), ['limit', '1Gi → 384Mi'])
  assert.deepEqual(wrap('memory 1Gi -> 384Mi', 13), ['memory', '1Gi -> 384Mi'])
})

test('text that is cut says so', () => {
  assert.equal(cut('abcdef', 6), 'abcdef')
  assert.equal(cut('abcdefg', 6), 'abcde…')
})

test('text from outside cannot steer a terminal, on one line or several', () => {
  const hostile = '\u001B[2Jweb\u009B31m\u202Eevil\r\n\ttab\u0007'
  assert.equal(printable(hostile), '?[2Jweb?31m?evil???tab?')
  assert.equal(printableLines(hostile), '?[2Jweb?31m?evil?\n\ttab?')
  assert.equal(printableLines('✓ 1 → 2 …'), '✓ 1 → 2 …')
})

test('JSON holds every character, none of them one that a terminal obeys', () => {
  const value = { name: 'a\u001B[2J\u007F\u009B31m\n' }
  const text = jsonText(value)
  assert.doesNotMatch(text, /[^\P{Cc}\n]/u)
  assert.deepEqual(JSON.parse(text), value)
})
