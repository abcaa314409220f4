import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decimal, isAmbiguous, markShownBy, numberIn } from '../../../src/history/file/numbers.ts'

test('decimals are read in every common notation', () => {
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

test('other texts are not numbers', () => {
  for (const text of ['', ' ', 'NaN', 'x', '1,5', '0x1F', '0b1', '0o7', '1_000', '1 2', '--1', '12cores']) {
    assert.ok(Number.isNaN(decimal(text)), JSON.stringify(text))
  }
})

test('numbers of spreadsheets are read if they are unambiguous', () => {
  for (const [text, mark, value] of [
    ['0,2', undefined, 0.2],
    ['0,250', undefined, 0.25],
    ['1,25e3', undefined, 1250],
    ['1.234,5', undefined, 1234.5],
    ['1,234.5', undefined, 1234.5],
    ['1,234,567', undefined, 1234567],
    ['1.234.567', undefined, 1234567],
    ['288 358 400', undefined, 288358400],
    ['288\u202f358\u202f400,5', undefined, 288358400.5],
    ["288'358'400.5", undefined, 288358400.5],
    ['1,234', ',', 1.234],
    ['1,234', '.', 1234],
    ['1.234', ',', 1234],
    ['1.234', '.', 1.234],
    ['1.234', undefined, 1.234],
    ['0.2017', ',', 0.2017],
    ['.5', ',', 0.5],
  ] as const) {
    assert.equal(numberIn(text, mark), value, `${text} with ${mark}`)
  }
  for (const text of ['1,234', '-1,234']) {
    assert.ok(Number.isNaN(numberIn(text, undefined)), text)
    assert.ok(isAmbiguous(text), text)
  }
  for (const text of ['1,2,3', '1.2.3', '1,234,56', '1 23', '12,', 'x,5', '1.234.567.8', '1,234,567,8'])
    assert.ok(Number.isNaN(numberIn(text, undefined)), text)
})

test('a number shows the decimal mark of its file only if it is unambiguous', () => {
  for (const text of ['0,2', '12,34', '1.234,5', '0,125m', '1,5Gi']) assert.equal(markShownBy(text), ',', text)
  for (const text of ['1,234', '1,234,567', '0.2', '12', '', '1,234.5', 'x'])
    assert.equal(markShownBy(text), undefined, text)
})
