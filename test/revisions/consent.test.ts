import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Approval, readValues, writeValues } from '../../src/api/index.ts'
import { asApproved, consentOf, isApproved, isRejected } from '../../src/revisions/consent.ts'
import { app, at, RULES } from './reconcile-input.ts'

const APPROVAL: Approval = {
  ...{ revision: 5, approver: 'alice', expires: '2026-03-02T00:00:00Z' },
  containers: app('1', '1Gi', '2Gi'),
}
const consent = { approver: 'alice', values: readValues(APPROVAL.containers) }

describe('an approval is valid', () => {
  test('until it expires', () => {
    assert.deepEqual(consentOf(APPROVAL, undefined, at(0)), consent)
    assert.ok(consentOf(APPROVAL, undefined, at(23.999)))
    assert.equal(consentOf(APPROVAL, undefined, at(24)), undefined)
    assert.equal(consentOf(undefined, undefined, at(0)), undefined)
  })

  test('unless a revision that it covers, or a later one, was rolled back', () => {
    const isInForce = (revision: number) => consentOf(APPROVAL, { revision }, at(0)) !== undefined
    assert.deepEqual([4, 5, 6].map(isInForce), [true, false, false])
  })
})

describe('an approval covers', () => {
  const step = { maxIncrease: 1, maxDecrease: 0.5 }
  const cases: readonly (readonly [
    value: [cpu: string, memory: string, limit?: string],
    cpu: boolean,
    memory: boolean,
  ])[] = [
    [['500m', '512Mi', '1Gi'], true, true],
    [['499m', '511Mi', '1Gi'], false, false],
    [['2', '2Gi', '4Gi'], true, true],
    [['2001m', '2049Mi', '4Gi'], false, false],
    [['1', '512Mi', '1023Mi'], true, false],
    [['1', '1Gi', '4097Mi'], true, false],
    [['1', '1Gi'], true, true],
  ]
  for (const [value, ...expected] of cases)
    test(`of ${value.join(', ')} ${expected.map((one, i) => `${one ? '' : 'not '}the ${['CPU', 'memory'][i]}`).join(', ')}`, () => {
      const { cpu, memory } = readValues(app(...value)).get('app')!
      const is = [isApproved(consent, 'app', 'cpu', cpu!, step), isApproved(consent, 'app', 'memory', memory!, step)]
      assert.deepEqual(is, expected)
    })

  test('no limit if none was approved, no other container, and nothing without an approval', () => {
    const cpu = { request: 1_000_000_000n, limit: 1_000_000_000n }
    assert.equal(isApproved(consent, 'app', 'cpu', cpu, step), false)
    assert.equal(isApproved(consent, 'app', 'cpu', { request: cpu.request }, step), true)
    assert.equal(isApproved(consent, 'proxy', 'cpu', { request: cpu.request }, step), false)
    assert.equal(isApproved(undefined, 'app', 'cpu', { request: cpu.request }, step), false)
  })
})

describe('a value close to the approved one', () => {
  const given = (...is: Parameters<typeof app>) =>
    writeValues(asApproved(readValues(app(...is)), consent, RULES.minimumChange))

  test('becomes the approved one, for each resource separately', () => {
    assert.deepEqual(given('950m', '1025Mi', '2049Mi'), app('1', '1Gi', '2Gi'))
    assert.deepEqual(given('800m', '1025Mi', '2049Mi'), app('800m', '1Gi', '2Gi'))
    assert.deepEqual(given('950m', '1025Mi', '3Gi'), app('1', '1025Mi', '3Gi'))
  })

  test('loses a limit that was not approved only with an approval', () => {
    const values = readValues(app('950m', '1Gi'))
    assert.equal(asApproved(values, undefined, RULES.minimumChange), values)
    const other = readValues([{ name: 'proxy', cpu: { request: '1' } }])
    assert.deepEqual(asApproved(other, consent, RULES.minimumChange), other)
  })
})

test('a value close to a rejected one is rejected, for that resource of that container', () => {
  const rejected = readValues(app('1', '1Gi'))
  const is = (container: string, cpu: string) =>
    isRejected(rejected, container, 'cpu', readValues(app(cpu, '1Gi')).get('app')!.cpu!, RULES.minimumChange)
  assert.deepEqual([is('app', '1050m'), is('app', '1100m'), is('proxy', '1')], [true, false, false])
})
