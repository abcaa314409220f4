import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openingOf, openingsAt } from '../../src/policy/index.ts'

const HOUR = 3600
const OFFICE = { cron: '0 9 * * 1-5', forSeconds: 8 * HOUR, timeZone: 'Europe/Berlin' }
const NIGHT = { cron: '0 22 * * *', forSeconds: 4 * HOUR, timeZone: 'UTC' }
/** A Monday. */
const monday = (time: string) => new Date(`2026-03-02T${time}Z`)

describe('change windows', () => {
  test('are open from the times of their cron, for their duration, in their time zone', () => {
    assert.deepEqual(openingOf([[OFFICE]], monday('07:59:59')), { isOpen: false, opens: monday('08:00:00') })
    assert.deepEqual(openingOf([[OFFICE]], monday('08:00:00')), { isOpen: true })
    assert.deepEqual(openingOf([[OFFICE]], monday('15:59:59')), { isOpen: true })
    assert.deepEqual(openingOf([[OFFICE]], monday('16:00:00')), {
      isOpen: false,
      opens: new Date('2026-03-03T08:00:00Z'),
    })
  })

  test('follow the change to summer time', () => {
    const after = new Date('2026-03-30T07:30:00Z')
    assert.deepEqual(openingOf([[OFFICE]], after), { isOpen: true })
    assert.equal(openingOf([[{ ...OFFICE, timeZone: 'UTC' }]], after).isOpen, false)
  })

  test('stay open over midnight', () => {
    assert.deepEqual(openingOf([[NIGHT]], monday('01:59:00')), { isOpen: true })
    assert.equal(openingOf([[NIGHT]], monday('02:00:00')).isOpen, false)
  })

  test('in one group, one open window is enough; in two groups, one of each must be open', () => {
    assert.deepEqual(openingOf([[OFFICE, NIGHT]], monday('23:00:00')), { isOpen: true })
    assert.deepEqual(openingOf([[OFFICE], [NIGHT]], monday('12:00:00')), { isOpen: false, opens: monday('22:00:00') })
    assert.deepEqual(openingOf([], monday('12:00:00')), { isOpen: true })
    assert.deepEqual(openingOf([[]], monday('12:00:00')), { isOpen: true })
  })

  test('open next when the first of a group opens, and of several groups when the last does', () => {
    const opens = (...groups: Parameters<typeof openingOf>[0]) => {
      const opening = openingOf(groups, monday('06:00:00'))
      return opening.isOpen ? undefined : opening.opens
    }
    assert.deepEqual([opens([NIGHT, OFFICE]), opens([OFFICE, NIGHT])], [monday('08:00:00'), monday('08:00:00')])
    assert.deepEqual([opens([NIGHT], [OFFICE]), opens([OFFICE], [NIGHT])], [monday('22:00:00'), monday('22:00:00')])
    assert.deepEqual(opens([OFFICE], []), monday('08:00:00'))
  })

  test('that never open again have no next time', () => {
    const never = { ...NIGHT, cron: '0 0 30 2 *' }
    assert.deepEqual(openingOf([[never]], monday('12:00:00')), { isOpen: false })
    assert.deepEqual(openingOf([[never], [NIGHT]], monday('12:00:00')), { isOpen: false })
    assert.deepEqual(openingOf([[never, NIGHT]], monday('12:00:00')), { isOpen: false, opens: monday('22:00:00') })
  })

  test('that cannot be read do not keep others of their group closed, but keep another group closed', () => {
    const broken = { ...NIGHT, cron: 'at night' }
    assert.deepEqual(openingOf([[broken, NIGHT]], monday('23:00:00')), { isOpen: true })
    assert.deepEqual(openingOf([[broken, NIGHT]], monday('12:00:00')), { isOpen: false, opens: monday('22:00:00') })
    const both = openingOf([[NIGHT], [broken]], monday('12:00:00'))
    assert.match(String('unreadable' in both && both.unreadable), /^"at night" in UTC: \S/)
    // Six fields, with seconds, are not as in crontab(5).
    assert.ok('unreadable' in openingOf([[{ ...NIGHT, cron: '0 0 22 * * *' }]], monday('22:30:00')))
  })

  test('that cannot be read are closed, with a message', () => {
    const broken = openingOf([[{ ...NIGHT, cron: 'at night' }]], monday('23:00:00'))
    assert.equal(broken.isOpen, false)
    assert.match(String('unreadable' in broken && broken.unreadable), /"at night" in UTC/)
    const nowhere = openingOf([[{ ...NIGHT, timeZone: 'Mars/Olympus' }]], monday('23:00:00'))
    assert.match(String('unreadable' in nowhere && nowhere.unreadable), /Mars\/Olympus/)
  })

  test('of many workloads are evaluated once', () => {
    const openings = openingsAt(monday('23:00:00'))
    assert.deepEqual(openings([[OFFICE]]), openingOf([[OFFICE]], monday('23:00:00')))
    assert.deepEqual(openings([[NIGHT]]), { isOpen: true })
    assert.equal(openings([[{ ...OFFICE }]]), openings([[OFFICE]]))
  })
})
