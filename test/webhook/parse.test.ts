import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ErrorCode } from '../../src/webhook/errors.ts'
import { parseReview, reasonToLeaveAlone, uidFromHead } from '../../src/webhook/parse.ts'
import { capturedNames, capturedReview, review } from './harness.ts'

const parse = (text: string | Buffer) => parseReview(Buffer.from(text as string))
const nested = (levels: number, inside = '1') => '['.repeat(levels) + inside + ']'.repeat(levels)

function refuses(text: string | Buffer, code: ErrorCode) {
  assert.throws(
    () => parse(text),
    (error: { code?: string }) => error.code === code,
    `expected ${code}`,
  )
}

test('accepts every review that a real kube-apiserver sent', () => {
  for (const name of capturedNames()) {
    const text = capturedReview(name)
    assert.equal(parse(text).uid, JSON.parse(text).request.uid, name)
  }
})

test('distinguishes the creation of a Pod from everything else', () => {
  const others: Record<string, ErrorCode> = { 'not-a-pod': 'NotAPod', 'pod-update': 'NotACreation' }
  for (const name of capturedNames()) {
    assert.equal(reasonToLeaveAlone(parse(capturedReview(name))), others[name], name)
  }
  const reasonFor = (changes: object) => reasonToLeaveAlone(parse(review({ ...changes })))
  assert.equal(reasonFor({}), undefined)
  assert.equal(reasonFor({ kind: { group: 'fake.io', version: 'v1', kind: 'Pod' } }), 'NotAPod')
  assert.equal(reasonFor({ kind: { group: '', version: 'v2', kind: 'Pod' } }), 'NotAPod')
  assert.equal(reasonFor({ kind: { group: '', version: 'v1', kind: 'PodList' } }), 'NotAPod')
  assert.equal(reasonFor({ operation: 'DELETE', object: null }), 'NotACreation')
  assert.equal(reasonFor({ subResource: 'binding' }), 'NotACreation')
  assert.equal(reasonFor({ subResource: '' }), undefined)
  for (const object of [null, undefined, [], 'pod', 7, true]) assert.equal(reasonFor({ object }), 'ObjectMissing')
})

test('refuses a body that is not JSON in UTF-8, without repeating its content', () => {
  refuses('', 'BodyEmpty')
  refuses(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), 'NotUtf8')
  refuses(Buffer.from(review(), 'utf16le').subarray(0, 301), 'NotJson')
  refuses(Buffer.from([0xed, 0xa0, 0x80]), 'NotUtf8')
  refuses(`\uFEFF${review()}`, 'NotJson')
  refuses('not json', 'NotJson')
  const text = review({ object: { env: [{ name: 'PASSWORD', value: 'hunter2' }] } })
  for (let length = 1; length < text.length; length++) refuses(text.slice(0, length), 'NotJson')
  assert.throws(
    () => parse(`${text.slice(0, text.indexOf('hunter2'))}hunter2`),
    (error: Error) => !error.message.includes('hunter2') && !String(error.cause ?? '').includes('hunter2'),
  )
})

test('refuses JSON that is not a review, with a code for each case', () => {
  for (const text of ['null', '1', '"x"', 'true', '[]', `[${review()}]`, '{}', '{"kind":"Pod","apiVersion":"v1"}']) {
    refuses(text, 'NotAReview')
  }
  refuses(review().replace('admission.k8s.io/v1', 'admission.k8s.io/v1beta1'), 'UnsupportedVersion')
  refuses('{"kind":"AdmissionReview"}', 'UnsupportedVersion')
  for (const request of ['', ',"request":null', ',"request":[]', ',"request":"x"', ',"response":{"uid":"x"}']) {
    refuses(`{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"${request}}`, 'RequestMissing')
  }
  for (const uid of [undefined, null, '', 7, {}, ['x'], 'x'.repeat(129)]) refuses(review({ uid }), 'UidMissing')
  for (const kind of [
    undefined,
    null,
    'Pod',
    [],
    {},
    { group: '', version: 'v1' },
    { group: '', kind: 'Pod' },
    { version: 'v1', kind: 'Pod' },
    { group: null, version: 'v1', kind: 'Pod' },
  ]) {
    refuses(review({ kind }), 'RequestMalformed')
  }
  for (const operation of [undefined, null, 1]) refuses(review({ operation }), 'RequestMalformed')
})

test('accepts a uid of 1 to 128 characters', () => {
  for (const uid of ['x', 'x'.repeat(128)]) assert.equal(parse(review({ uid })).uid, uid)
})

test('reports where the JSON is cut off, if the parser knows', () => {
  const messageOf = (text: string) => {
    try {
      return String(parse(text).uid)
    } catch (error) {
      return (error as Error).message
    }
  }
  assert.match(messageOf('{"kind":"AdmissionReview"!}'), /^at position 25: the body is not JSON/)
  assert.match(messageOf('{"kind'), /^at position 6: the body is not JSON/)
  assert.match(messageOf('{'), /^(at position 1: )?the body is not JSON/)
  assert.match(messageOf(''), /^the body is empty/)
})

test('a large body that nests deeper than any Kubernetes object is refused before it is parsed', () => {
  const wide = `"${'x'.repeat(70_000)}"`
  refuses(nested(200_000), 'TooDeep')
  refuses('['.repeat(4_000_000), 'TooDeep')
  refuses('{"a":'.repeat(100_000), 'TooDeep')
  refuses(nested(129, wide), 'TooDeep')
  refuses(nested(128, wide), 'NotAReview')
})

test('a body of at most 64 KiB may have any depth, because it is parsed quickly', () => {
  const ofSize = (bytes: number) => nested(129, `"${'x'.repeat(bytes - 2 * 129 - 2)}"`)
  refuses(ofSize(64 * 1024), 'NotAReview')
  refuses(ofSize(64 * 1024 + 1), 'TooDeep')
})

test('brackets in strings do not count as levels, even next to escaped characters', () => {
  const tricky = ['[{'.repeat(100_000), '\\', '\\"[[', '"', '\\\\"', '[['.repeat(500)]
  const request = parse(review({ object: { tricky } }))
  assert.deepEqual((request.object as { tricky: string[] }).tricky, tricky)
})

test('closed levels do not add up', () => {
  const object = { list: Array.from({ length: 30_000 }, () => [{}]) }
  assert.equal(reasonToLeaveAlone(parse(review({ object }))), undefined)
})

test('the uid of a real review is found in its first bytes, and only there', () => {
  for (const name of capturedNames()) {
    const text = capturedReview(name)
    assert.equal(uidFromHead(Buffer.from(text.slice(0, 256))), JSON.parse(text).request.uid, name)
  }
  assert.equal(uidFromHead(Buffer.from(review({ uid: 'a"b' }))), undefined)
  assert.equal(uidFromHead(Buffer.from(review().replace('/v1"', '/v1beta1"'))), undefined)
  assert.equal(uidFromHead(Buffer.from(` ${review()}`)), undefined)
  assert.equal(uidFromHead(Buffer.from(review().slice(0, 90))), undefined)
  assert.equal(uidFromHead(Buffer.alloc(0)), undefined)
})
