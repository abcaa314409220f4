import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Times } from '../../../src/history/file/times.ts'
import { HistoryError } from '../../../src/history/index.ts'

const AT = 1372629600

test('times are Unix time in any unit, or a date in any unambiguous form', () => {
  for (const [text, seconds] of [
    ['0', 0],
    ['1372629600', AT],
    ['1372629600.5', AT + 0.5],
    ['1372629600,5', AT + 0.5],
    ['1.3726296E9', AT],
    ['1372629600000', AT],
    ['1372629600123', AT + 0.123],
    ['1372629600000000', AT],
    ['1372629600000000000', AT],
    ['2013-06-30T22:00:00Z', AT],
    ['2013-06-30t22:00:00z', AT],
    ['2013-06-30 22:00:00Z', AT],
    ['2013-06-30T22:00Z', AT],
    ['2013-06-30 22:00:00 UTC', AT],
    ['2013-06-30 22:00:00.000000 UTC', AT],
    ['2013-06-30T22:00:00.123456789Z', AT + 0.123456789],
    ['2013-06-30 22:00:00,500Z', AT + 0.5],
    ['2013-07-01T00:00:00.000+02:00', AT],
    ['2013-07-01 00:00:00+0200', AT],
    ['2013-07-01 00:00:00+02', AT],
    ['2013-07-01 00:00:00 +02:00', AT],
    ['2013-06-30 22:00:00 +0000 UTC', AT],
    ['20130630T220000Z', AT],
    ['2013/06/30 22:00:00', AT],
    ['30.06.2013 22:00:00', AT],
    ['30.06.2013, 22:00', AT],
    ['30.6.2013 22:00', AT],
    ['06/30/2013 10:00:00 PM', AT],
    ['30/06/2013 22:00', AT],
    ['30/06/2013, 22:00:00', AT],
    ['Sun, 30 Jun 2013 22:00:00 GMT', AT],
    ['30-Jun-2013 22:00:00', AT],
    ['Sun Jun 30 22:00:00 UTC 2013', AT],
    ['Jun 30, 2013 @ 22:00:00.000', AT],
    ['June 30, 2013, 10:00:00 pm', AT],
    ['2013-06-30', AT - 22 * 3600],
    ['2024-02-29T00:00:00Z', 1709164800],
    ['2013-06-30T24:00:00Z', AT + 2 * 3600],
  ] as const) {
    assert.ok(Math.abs(new Times().seconds(text) - seconds) < 1e-6, `${text}: ${new Times().seconds(text)}`)
  }
})

test('a time without a zone is in the given zone, in summer and winter, and otherwise in UTC', () => {
  const times = new Times()
  assert.equal(times.seconds('2013-06-30T22:00:00Z'), AT)
  assert.equal(times.assumedUtc, false)
  assert.equal(times.seconds('2013-06-30T22:00:00'), AT)
  assert.equal(times.assumedUtc, true)
  const berlin = new Times({ zone: 'Europe/Berlin' })
  assert.equal(berlin.seconds('2013-07-01 00:00:00'), AT)
  assert.equal(berlin.seconds('2013-12-01 00:00:00'), Date.parse('2013-11-30T23:00:00Z') / 1000)
  assert.equal(berlin.seconds('2013-06-30T22:00:00Z'), AT)
  assert.equal(berlin.assumedUtc, false)
  assert.equal(new Times({ zone: '-03:30' }).seconds('2013-06-30 18:30'), AT)
  assert.throws(
    () => new Times({ zone: 'Mars/Olympus' }),
    (error) => error instanceof HistoryError && /--time-zone/.test(error.message),
  )
})

test('an ambiguous or invalid text is not a time', () => {
  const wrong = [
    ['06/07/2013 22:00', 'either June or July'],
    ['2023-02-29T00:00:00Z', 'a day that never was'],
    ['2013-13-01T00:00:00Z', 'a month that never was'],
    ['2013-06-30T25:00:00Z', 'an hour that never was'],
    ['2013-06-30T22:60:00Z', 'a minute that never was'],
    ['06/30/2013 13:00 PM', 'an hour that never was'],
    ['2013-06-30 22:00:00 CET', 'a zone that means several'],
    ['-1', 'before 1970'],
    ['5000000000', 'neither seconds up to 2100 nor milliseconds'],
    ['1e400', 'infinite'],
    ['', 'nothing'],
    ['NaN', 'not a number'],
    ['0x51D0A560', 'hexadecimal'],
    ['yesterday', 'a word'],
  ] as const
  for (const [text, why] of wrong) assert.ok(Number.isNaN(new Times().seconds(text)), `${text}: ${why}`)
  assert.match(new Times().whyNot('06/07/2013 22:00'), /is ambiguous: choose with --date-order/)
  assert.equal(new Times({ dateOrder: 'mdy' }).seconds('06/07/2013 22:00'), Date.parse('2013-06-07T22:00Z') / 1000)
  assert.equal(new Times({ dateOrder: 'dmy' }).seconds('06/07/2013 22:00'), Date.parse('2013-07-06T22:00Z') / 1000)
})
