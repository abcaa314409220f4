// A decision laid out, with what went before it.
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

/** 500 MiB are applied to a Pod that asks for so many. */
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
  test('is told where something is changed', () => {
    const { record, ...rest } = explained('1Gi')
    assert.deepEqual(record?.containers, { app: { memory: { request: ['1Gi', '500Mi'] } } })
    assert.ok(!('reproduces' in rest))
  })

  test('is told of a Pod that carries it, which it reproduces', () => {
    const { record } = explained('1Gi')
    const again = explained('500Mi', { [DECISION_ANNOTATION]: JSON.stringify(record) })
    assert.deepEqual([again.reasons, again.record, again.reproduces], [['AlreadyApplied'], record, true])
  })

  test('is not told where nothing is changed, nor was before', () => {
    const { record, reasons } = explained('500Mi')
    assert.deepEqual([record, reasons], [undefined, ['NothingToChange']])
  })

  test('is told where nothing is changed any more', () => {
    const { record, reproduces } = explained('500Mi', { [DECISION_ANNOTATION]: 'something else' })
    assert.deepEqual([record?.containers, reproduces], [{}, false])
  })

  test('is not told of a Pod that is not looked at', () => {
    const { record, reproduces } = explainDecision(skipped('OptedOut'), {
      ...{ pod: {}, policy: DEFAULT_POLICY, autoscalers: [], annotations: { [DECISION_ANNOTATION]: '{}' } },
      applied: revision([]),
    })
    assert.deepEqual([record, reproduces], [undefined, false])
  })
})

test('each container is told from what was learned to what is allowed, and no more than there is', () => {
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

test('a learned limit is told where Pods get it: under headroom, or in place of a lower one', () => {
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

test('a Pod that is not looked at is told container by container as it is', () => {
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

describe('an HPA is told with what it scales on', () => {
  const claim = { resource: 'cpu', utilization: 80 } as const
  const hpa: Autoscaler = {
    ...{ kind: 'HorizontalPodAutoscaler', namespace: 'shop', name: 'web', target: { kind: 'Deployment', name: 'web' } },
    claims: [claim],
  }
  /** Of the CPU and the memory of `app`, whose author asks for one CPU. */
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

  test('and what would keep its scale point', () => {
    assert.deepEqual(scaledBy({}), [[{ name: 'web', utilization: 80, keeps: 320 }], []])
    const ofContainer = { claims: [{ ...claim, container: 'app' }] }
    assert.deepEqual(scaledBy(ofContainer), [[{ name: 'web', utilization: 80, keeps: 320 }], []])
    const ofMemory = { claims: [{ resource: 'memory', utilization: 60 } as const] }
    assert.deepEqual(scaledBy(ofMemory), [[], [{ name: 'web', utilization: 60, keeps: 120 }]])
  })

  test('but for that where its author asks for nothing, or nothing is learned', () => {
    const told = [[{ name: 'web', utilization: 80 }], []]
    assert.deepEqual(scaledBy({}, {}), told)
    assert.deepEqual(scaledBy({}, { cpu: '0' }), told)
    assert.deepEqual(scaledBy({}, { cpu: '1' }, false), told)
  })

  test('and nothing else is', () => {
    for (const other of [
      { kind: 'VerticalPodAutoscaler' as const },
      { claims: [{ ...claim, container: 'web' }] },
      { claims: [{ resource: 'cpu' as const }] },
      { claims: [] },
    ])
      assert.deepEqual(scaledBy(other), [[], []], JSON.stringify(other))
  })
})
