// A decision with the values that led to it.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ContainerRecommendation, Revision } from '../../src/api/index.ts'
import { type Autoscaler, DECISION_ANNOTATION, DEFAULT_POLICY, type Pod } from '../../src/policy/index.ts'
import { decide } from '../../src/sizing/decide.ts'
import { skipped } from '../../src/sizing/decision.ts'
import { explainDecision } from '../../src/sizing/explain.ts'

const MEBIBYTE = 2n ** 20n * 1_000_000_000n

const revision = (containers: ContainerRecommendation[]): Revision => ({
  ...{ revision: 7, time: '2026-03-01T00:00:00Z', source: 'observed', goal: 'balanced' },
  containers,
})

/** A Pod that requests 500 MiB, and 500 MiB are applied. */
function explained(memory: string, annotations: Record<string, string> = {}) {
  const pod: Pod = {
    metadata: { annotations },
    spec: { containers: [{ name: 'app', resources: { requests: { memory } } }] },
  }
  const limits = { cpu: 'keep', memory: 'keep' } as const
  const policy = { ...DEFAULT_POLICY, limits }
  const target = { request: 500n * MEBIBYTE }
  const decision = decide(pod, { revision: 7, containers: new Map([['app', { memory: target }]]) }, policy)
  const applied = revision([{ name: 'app', memory: { request: '500Mi' } }])
  return explainDecision(decision, { pod, applied, policy, autoscalers: [], annotations })
}

describe('the record of a decision', () => {
  test('is shown if something is changed', () => {
    const { record, ...rest } = explained('1Gi')
    assert.deepEqual(record?.containers, { app: { memory: { request: ['1Gi', '500Mi'] } } })
    assert.ok(!('reproduces' in rest))
  })

  test('is shown for a Pod that has one, which the decision reproduces', () => {
    const { record } = explained('1Gi')
    const again = explained('500Mi', { [DECISION_ANNOTATION]: JSON.stringify(record) })
    assert.deepEqual([again.reasons, again.record, again.reproduces], [['AlreadyApplied'], record, true])
  })

  test('is not shown if nothing is changed, and there was none before', () => {
    const { record, reasons } = explained('500Mi')
    assert.deepEqual([record, reasons], [undefined, ['NothingToChange']])
  })

  test('is shown if nothing is changed any more', () => {
    const { record, reproduces } = explained('500Mi', { [DECISION_ANNOTATION]: 'something else' })
    assert.deepEqual([record?.containers, reproduces], [{}, false])
  })

  test('is not shown for a Pod that is skipped', () => {
    const { record, reproduces } = explainDecision(skipped('OptedOut'), {
      ...{ pod: {}, policy: DEFAULT_POLICY, autoscalers: [], annotations: { [DECISION_ANNOTATION]: '{}' } },
      applied: revision([]),
    })
    assert.deepEqual([record, reproduces], [undefined, false])
  })
})

test('each container is explained from the learned to the allowed value, with only the steps that exist', () => {
  const cpu = (request: string, more = {}) => ({ cpu: { request, ...more } })
  const learned = revision([
    { name: 'app', ...cpu('5m', { limit: '9m', confidence: 0.5 }) },
    { name: 'web', ...cpu('100m') },
  ])
  const pod = { spec: { containers: [{ name: 'web' }, { name: 'app' }, { name: 'other' }] } }
  const facts = { pod, policy: DEFAULT_POLICY, autoscalers: [], annotations: {} }
  const report = explainDecision(skipped('OptedOut'), {
    ...facts,
    applied: learned,
    status: { learned, applied: learned },
  })
  const told = (at: number) => {
    const { learned, stepped, applied, clamped } = report.containers[at]!.resources[0]!
    return { learned, stepped, applied, clamped }
  }
  const plain = { request: '100m' }
  assert.deepEqual(told(0), { learned: plain, stepped: plain, applied: plain, clamped: plain })
  const values = { request: '5m' }
  assert.deepEqual(told(1), {
    ...{ learned: { ...values, confidence: 0.5 }, stepped: values, applied: values },
    clamped: { request: '10m' },
  })
  const nothing = { resource: 'cpu', author: {}, injected: {}, carried: {}, reasons: [], scaledBy: [] }
  assert.deepEqual(report.containers[2]!.resources[0], nothing)
})

test('a learned limit is shown if Pods get it: with headroom, or instead of a lower one', () => {
  const learned = revision([{ name: 'app', cpu: { request: '100m', limit: '300m' } }])
  const limitUnder = (policy: 'headroom' | 'none' | 'keep' | 'ratio', author?: string) => {
    const resources = author === undefined ? {} : { limits: { cpu: author }, requests: { cpu: '50m' } }
    const pod = { spec: { containers: [{ name: 'app', resources }] } }
    const limits = { ...DEFAULT_POLICY.limits, cpu: policy }
    const { containers } = explainDecision(skipped('OptedOut'), {
      ...{ pod, policy: { ...DEFAULT_POLICY, limits }, autoscalers: [], annotations: {} },
      ...{ applied: learned, status: { learned, applied: learned } },
    })
    return containers[0]!.resources[0]!.applied!.limit
  }
  assert.deepEqual([limitUnder('headroom'), limitUnder('none', '200m')], ['300m', '300m'])
  assert.deepEqual([limitUnder('none'), limitUnder('none', '400m')], [undefined, undefined])
  assert.deepEqual([limitUnder('keep', '200m'), limitUnder('ratio', '200m')], [undefined, undefined])
})

test('for a Pod that is skipped, each container is shown with its current values', () => {
  const container = (name: string, cpu: string) => ({ name, resources: { requests: { cpu } } })
  const pod = { spec: { initContainers: [container('init', '2')], containers: [container('app', 'much')] } }
  const { containers } = explainDecision(skipped('OptedOut'), {
    ...{ pod, policy: DEFAULT_POLICY, autoscalers: [], annotations: {} },
  })
  assert.deepEqual(
    containers.map(({ name, kind, resources: [cpu] }) => [name, kind, cpu!.author, cpu!.injected, cpu!.reasons]),
    [
      ['init', 'init', { request: '2' }, { request: '2' }, []],
      ['app', 'container', {}, {}, []],
    ],
  )
})

describe('an HPA is shown with its target utilization', () => {
  const claim = { resource: 'cpu', utilization: 80 } as const
  const hpa: Autoscaler = {
    ...{ kind: 'HorizontalPodAutoscaler', namespace: 'shop', name: 'web', target: { kind: 'Deployment', name: 'web' } },
    claims: [claim],
  }
  /** For the CPU and the memory of `app`, whose author requests one CPU. */
  function scaledBy(autoscaler: Partial<Autoscaler>, requests: object = { cpu: '1', memory: '1Gi' }, learned = true) {
    const containers = [{ name: 'app', cpu: { request: '250m' }, memory: { request: '512Mi' } }]
    const report = explainDecision(skipped('OptedOut'), {
      pod: { spec: { containers: [{ name: 'app', resources: { requests: { ...requests } } }] } },
      ...(learned && { status: { learned: revision(containers) } }),
      ...{ policy: DEFAULT_POLICY, annotations: {} },
      autoscalers: [{ ...hpa, ...autoscaler }],
    })
    return report.containers[0]!.resources.map((resource) => resource.scaledBy)
  }

  test('and the target that would keep its scale point', () => {
    assert.deepEqual(scaledBy({}), [[{ name: 'web', utilization: 80, keeps: 320 }], []])
    const ofContainer = { claims: [{ ...claim, container: 'app' }] }
    assert.deepEqual(scaledBy(ofContainer), [[{ name: 'web', utilization: 80, keeps: 320 }], []])
    const ofMemory = { claims: [{ resource: 'memory', utilization: 60 } as const] }
    assert.deepEqual(scaledBy(ofMemory), [[], [{ name: 'web', utilization: 60, keeps: 120 }]])
  })

  test('except if its author requests nothing, or nothing is learned', () => {
    const told = [[{ name: 'web', utilization: 80 }], []]
    assert.deepEqual(scaledBy({}, {}), told)
    assert.deepEqual(scaledBy({}, { cpu: '0' }), told)
    assert.deepEqual(scaledBy({}, { cpu: '1' }, false), told)
  })

  test('and no other autoscaler is shown', () => {
    for (const other of [
      { kind: 'VerticalPodAutoscaler' as const },
      { claims: [{ ...claim, container: 'web' }] },
      { claims: [{ resource: 'cpu' as const }] },
      { claims: [] },
    ])
      assert.deepEqual(scaledBy(other), [[], []], JSON.stringify(other))
  })
})
