import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Sessions } from '../../../src/dashboard/sign-in/sessions.ts'

const HOUR = 3_600_000
const admission = async () => undefined

/** lru-cache takes a time of 0 for none. */
function sessionsAt(start = 1) {
  let now = start
  const sessions = new Sessions(() => now)
  const begin = (user: string) => sessions.begin(user, admission).id
  const lives = (id: string) => sessions.find(id) !== undefined
  return { sessions, begin, lives, advance: (milliseconds: number) => (now += milliseconds) }
}

describe('sessions', () => {
  test('of others last, however often somebody signs in', () => {
    const { begin, lives } = sessionsAt()
    const mine = begin('ann')
    const own = Array.from({ length: 1_500 }, () => begin('mallory'))
    assert.ok(lives(mine))
    assert.ok(lives(own.at(-1)!))
    assert.equal(own.filter(lives).length, 20)
  })

  test('of one user end, the oldest first, where all users together have too many', () => {
    const { begin, lives } = sessionsAt()
    const many = Array.from({ length: 20 }, () => begin('mallory'))
    const others = Array.from({ length: 980 }, (_, i) => begin(`user-${i}`))
    const late = begin('late')
    assert.ok(lives(late))
    assert.ok(others.every(lives))
    assert.deepEqual(many.map(lives), [false, ...Array(19).fill(true)])
  })

  test('that nobody has used for an hour make room before any other', () => {
    const { begin, lives, advance } = sessionsAt()
    for (let i = 0; i < 990; i++) begin(`gone-${i}`)
    advance(HOUR + 1)
    const here = Array.from({ length: 20 }, () => begin('ann'))
    assert.ok(here.every(lives))
  })

  test('end twelve hours after they began, and an hour after they were last used', () => {
    const { begin, lives, advance } = sessionsAt()
    const [used, unused] = [begin('ann'), begin('bob')]
    for (let halves = 0; halves < 23; halves++) {
      advance(HOUR / 2)
      assert.ok(lives(used), `after ${halves} half hours`)
    }
    assert.ok(!lives(unused))
    advance(HOUR)
    assert.ok(!lives(used))
  })
})
