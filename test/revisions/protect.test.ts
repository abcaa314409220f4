import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RecommendationStatus } from '../../src/api/index.ts'
import type { Autoscaler } from '../../src/policy/index.ts'
import { parseQuantity } from '../../src/resources/index.ts'
import { apply } from '../../src/revisions/apply.ts'
import type { Pressure, Pressures } from '../../src/revisions/pressure.ts'
import type { ReconcileInput, ReconcileRules } from '../../src/revisions/reconcile-input.ts'
import { ASKING, app, at, authored, input, makeRevision, sure, values } from './reconcile-input.ts'

const RULES: ReconcileRules = { ...ASKING, approval: { ...ASKING.approval, exempt: ['pressure'] } }
const APPLIED = makeRevision(1, sure(0.9, '200m', '300Mi'))

function pressure(carried: Partial<Record<'request' | 'limit', string>>, wanted: typeof carried): Pressure {
  const of = ({ request, limit }: typeof carried) => ({ request: parseQuantity(request), limit: parseQuantity(limit) })
  return { carried: of(carried), ...of(wanted) }
}
const cpu = (wanted: string, carried = '200m'): Pressures =>
  new Map([['app', { cpu: pressure({ request: carried }, { request: wanted }) }]])

function under(
  pressures: Pressures,
  changes: Partial<ReconcileInput> = {},
  rules = RULES,
  status: RecommendationStatus = { learned: APPLIED, applied: APPLIED },
) {
  const learned = sure(0.9, '200m', '300Mi')
  const of = { author: authored({ cpu: '1', memory: '1Gi' }), pressures, now: at(1), ...changes }
  const { status: after, events } = apply(status, input(learned, of), rules)
  return { after, values: values(after.applied), reasons: events.map(({ reason }) => reason) }
}

describe('a container under pressure', () => {
  test('immediately gets what it lacks, even after a decision today', () => {
    const { after, values, reasons } = under(cpu('330m'))
    assert.deepEqual([values, reasons], ['330m 300Mi', ['RaisedForPressure']])
    assert.deepEqual(after.applied!.containers[0]!.cpu!.reasons, ['RaisedForPressure'])
  })

  test('is raised by a step from the values of its Pods, and not further until they have it', () => {
    const first = under(cpu('2'))
    assert.equal(first.values, '400m 300Mi')
    const waits = under(cpu('2'), {}, RULES, first.after)
    assert.deepEqual([waits.after.applied, waits.reasons], [first.after.applied, []])
    assert.equal(under(cpu('2', '400m'), {}, RULES, waits.after).values, '800m 300Mi')
  })

  test('is raised within the bounds', () => {
    const bounds = { ...RULES.policy.bounds, cpu: { min: 0n, max: parseQuantity('250m')! } }
    assert.equal(under(cpu('330m'), {}, { ...RULES, policy: { ...RULES.policy, bounds } }).values, '250m 300Mi')
  })

  test("is raised from its author's values before any revision was applied", () => {
    const { values } = under(cpu('1500m', '1'), {}, RULES, {})
    assert.equal(values, '1500m')
  })

  test('has its memory limit raised with the request', () => {
    const before = makeRevision(1, app('200m', '300Mi', '400Mi'))
    const memory = pressure({ request: '300Mi', limit: '400Mi' }, { request: '390Mi', limit: '700Mi' })
    const author = authored({ cpu: '1', memory: '1Gi' }, { memory: '1Gi' })
    const { values } = under(new Map([['app', { memory }]]), { author }, RULES, { learned: before, applied: before })
    assert.equal(values, '200m 390Mi 700Mi')
  })

  test('is left alone in modes observe and approve, during a hold, and if pressure is not exempt', () => {
    const hold = { by: 'ada' }
    assert.equal(under(cpu('330m'), { spec: { hold } }).values, '200m 300Mi')
    assert.equal(under(cpu('330m'), { mode: 'approve' }).values, '200m 300Mi')
    assert.deepEqual(under(cpu('330m'), { mode: 'approve' }).after.pending, undefined)
    const unsure = sure(0.1, '200m', '300Mi')
    const asked = under(cpu('330m'), { learned: unsure }, ASKING)
    assert.deepEqual([asked.values, asked.reasons], ['200m 300Mi', ['PendingApproval']])
  })

  test('is left to the HPA that scales it', () => {
    const hpa: Autoscaler = {
      ...{ kind: 'HorizontalPodAutoscaler', namespace: 'shop', name: 'web' },
      ...{ target: { kind: 'Deployment', name: 'web' }, claims: [{ resource: 'cpu' }] },
    }
    assert.deepEqual(under(cpu('330m'), { autoscalers: [hpa] }).reasons.includes('RaisedForPressure'), false)
  })

  test('does not wait for a change window, and is raised in all Pods even with canaries', () => {
    const closed = { isOpen: false, opensAt: at(9) } as never
    assert.equal(under(cpu('330m'), { opening: closed }).values, '330m 300Mi')
    const canary = { ...RULES, canary: { percent: 20, forSeconds: 3600 } }
    assert.equal(under(cpu('330m'), {}, canary).values, '330m 300Mi')
  })
})

describe('when the pressure has ended', () => {
  const learned = sure(0.9, '200m', '300Mi')
  const before = under(cpu('330m')).after
  const later = (hours: number) =>
    values(
      apply(before, input(learned, { author: authored({ cpu: '1', memory: '1Gi' }), now: at(hours) }), RULES).status
        .applied,
    )

  test('values stay for the time between two decreases, and then return', () => {
    // The time is in the changelog, which is written with the status.
    const changelog = [{ time: at(1).toISOString(), reason: 'RaisedForPressure' as const, by: 'plimsoll' }]
    const at24 = (hours: number) =>
      values(
        apply(
          { ...before, changelog },
          input(learned, { author: authored({ cpu: '1', memory: '1Gi' }), now: at(hours) }),
          RULES,
        ).status.applied,
      )
    assert.equal(at24(24.9), '330m 300Mi')
    assert.equal(at24(25), '200m 300Mi')
    assert.equal(later(2), '200m 300Mi', 'without that, they would return at once')
  })
})
