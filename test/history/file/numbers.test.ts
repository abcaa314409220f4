import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decimal, timeSeconds } from '../../../src/history/file/numbers.ts'

test('decimals are read in every usual spelling', () => {
  for (const [text, value] of [
    ['0', 0],
    ['12', 12],
    ['0.25', 0.25],
    ['.5', 0.5],
    ['1e3', 1000],
    ['2.5E-3', 0.0025],
    ['-1', -1],
    [' 7 ', 7],
  ] as const) {
    assert.equal(decimal(text), value, text)
  }
})

test('what is no decimal is not a number', () => {
  for (const text of ['', ' ', 'NaN', 'x', '1,5', '0x1F', '0b1', '0o7', '1_000', '1 2', '--1', '12cores']) {
    assert.ok(Number.isNaN(decimal(text)), JSON.stringify(text))
  }
})

test('times are Unix seconds, Unix milliseconds, or ISO 8601 with a zone', () => {
  for (const [text, seconds] of [
    ['0', 0],
    ['1372629600', 1372629600],
    ['1372629600.5', 1372629600.5],
    ['1372629600000', 1372629600],
    ['1372629600123', 1372629600.123],
    ['2013-06-30T22:00:00Z', 1372629600],
    ['2013-06-30 22:00:00Z', 1372629600],
    ['2013-06-30T22:00Z', 1372629600],
    ['2013-07-01T00:00:00.000+02:00', 1372629600],
    ['2024-02-29T00:00:00Z', 1709164800],
  ] as const) {
    assert.equal(timeSeconds(text), seconds, text)
  }
})

test('what could be two times, or is none, is no time', () => {
  const wrong = [
    ['2013-06-30T22:00:00', 'without a zone'],
    ['2013-06-30', 'a day'],
    ['2023-02-29T00:00:00Z', 'a day that never was'],
    ['2013-13-01T00:00:00Z', 'a month that never was'],
    ['-1', 'before 1970'],
    ['5000000000', 'neither seconds up to 2100 nor milliseconds'],
    ['1372629600000000', 'microseconds'],
    ['1e400', 'infinite'],
    ['', 'nothing'],
    ['NaN', 'not a number'],
    ['0x51D0A560', 'hexadecimal'],
    ['yesterday', 'a word'],
  ] as const
  for (const [text, why] of wrong) assert.ok(Number.isNaN(timeSeconds(text)), why)
})
