import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Attempts } from '../../../src/dashboard/sign-in/attempts.ts'

const MINUTE = 60_000

function attempting() {
  let now = 0
  const attempts = new Attempts(() => now)
  const isLet = (peer: string, client = '') => {
    try {
      attempts.begin({ peer, client })
      return true
    } catch {
      return false
    }
  }
  const letOf = (count: number, peer: string, client: (i: number) => string = () => '') =>
    Array.from({ length: count }, (_, i) => isLet(peer, client(i))).filter(Boolean).length
  return { attempts, isLet, letOf, advance: (milliseconds: number) => (now += milliseconds) }
}

describe('attempts to sign in', () => {
  test('count from their beginning, so that 200 at once are no more than 200 in a row', () => {
    assert.equal(attempting().letOf(200, '10.0.0.1'), 10)
  })

  test('that succeed do not count', () => {
    const { attempts, letOf } = attempting()
    for (let i = 0; i < 500; i++) attempts.begin({ peer: '10.0.0.1', client: '' })()
    assert.equal(letOf(20, '10.0.0.1'), 10)
  })

  test('of one client behind an ingress keep out nobody else behind it', () => {
    const { isLet, letOf } = attempting()
    assert.equal(
      letOf(200, '10.0.0.1', () => '203.0.113.7'),
      10,
    )
    assert.ok(isLet('10.0.0.1', '198.51.100.4'))
  })

  test('of one that claims to be another each time are limited by the address that connects', () => {
    const { isLet, letOf } = attempting()
    assert.equal(
      letOf(200, '10.0.0.1', (i) => `203.0.113.${i}`),
      50,
    )
    assert.ok(isLet('10.0.0.2'))
  })

  test('of all together are limited, as each costs the API server a review', () => {
    const { letOf, advance } = attempting()
    const all = () => Array.from({ length: 30 }, (_, i) => letOf(10, `10.0.1.${i}`)).reduce((a, b) => a + b)
    assert.equal(all(), 100)
    advance(MINUTE)
    assert.equal(all(), 100)
  })

  test('are let in again after a minute, and the refusal says when', () => {
    const { attempts, letOf, advance } = attempting()
    letOf(10, '10.0.0.1')
    advance(MINUTE - 1_500)
    assert.throws(() => attempts.begin({ peer: '10.0.0.1', client: '' }), { message: /try again in 2 s/ })
    advance(1_500)
    attempts.begin({ peer: '10.0.0.1', client: '' })
  })
})
