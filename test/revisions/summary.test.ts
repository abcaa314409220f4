import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type ContainerRecommendation, readValues } from '../../src/api/index.ts'
import { readResources } from '../../src/resources/index.ts'
import { lowestConfidence, summarize } from '../../src/revisions/summary.ts'
import { app, makeRevision } from './reconcile-input.ts'

const revision = (containers: ContainerRecommendation[]) => makeRevision(1, containers)
const proxy = { name: 'proxy', cpu: { request: '50m' } }

describe('the summary', () => {
  const author = new Map([
    ['app', readResources({ requests: { cpu: '1', memory: '1Gi' } })],
    ['proxy', readResources({ requests: { cpu: '200m', memory: 'much' } })],
  ])

  const shape = { slots: [], overhead: { cpu: 0n, memory: 0n } }

  test("adds up the author's values if nothing is applied", () => {
    const learned = revision([...app('500m', '512Mi'), proxy])
    assert.deepEqual(summarize({ learned }, { author, shape, autoscalers: [] }), {
      cpu: '1200m -> 550m',
      memory: '1Gi -> 512Mi',
    })
  })

  test('adds up the applied values', () => {
    const [learned, applied] = [revision([...app('500m', '512Mi'), proxy]), revision([...app('1', '512Mi'), proxy])]
    assert.deepEqual(summarize({ learned, applied }, { author, shape, autoscalers: [] }), {
      cpu: '1050m -> 550m',
      memory: '512Mi',
    })
  })

  test('omits a resource that is not learned, and everything before anything is learned', () => {
    assert.deepEqual(summarize({ learned: revision([proxy]) }, { author, shape, autoscalers: [] }), {
      cpu: '1200m -> 1050m',
    })
    assert.deepEqual(summarize({ applied: revision([proxy]) }, { author, shape, autoscalers: [] }), {})
  })

  test("uses the author's value for a missing applied value, and the current one for a missing learned value", () => {
    const [learned, applied] = [revision(app('500m', '512Mi')), revision([proxy])]
    assert.deepEqual(summarize({ learned, applied }, { author, shape, autoscalers: [] }), {
      cpu: '1050m -> 550m',
      memory: '1Gi -> 512Mi',
    })
  })

  test('has a dash if there is no current value', () => {
    const learned = revision(app('500m', '1Gi'))
    const bare = { author: new Map(), shape, autoscalers: [] }
    assert.deepEqual(summarize({ learned }, bare), { cpu: '- -> 500m', memory: '- -> 1Gi' })
  })

  test('shows no change for resources that an autoscaler holds, whether or not anything is applied', () => {
    const target = { kind: 'Deployment', name: 'web' }
    const hpa = {
      ...{ kind: 'HorizontalPodAutoscaler' as const, namespace: 'shop', name: 'web', target },
      claims: [{ resource: 'cpu' as const, container: undefined }],
    }
    const input = { author, shape, autoscalers: [hpa] }
    const learned = revision(app('500m', '512Mi'))
    const applied = revision([{ name: 'app', memory: { request: '512Mi' }, held: { cpu: 'HeldForHpa' } }])
    assert.deepEqual(summarize({ learned, applied }, input), { cpu: '1200m', memory: '512Mi' })
    assert.deepEqual(summarize({ learned, pending: applied }, input), { cpu: '1200m', memory: '1Gi -> 512Mi' })
    assert.deepEqual(summarize({ learned }, input), { cpu: '1200m', memory: '1Gi -> 512Mi' })
  })

  test("uses the author's value for each pending resource", () => {
    const learned = revision(app('500m', '512Mi'))
    const applied = revision([{ name: 'app', memory: { request: '512Mi' } }])
    const pending = revision([{ name: 'app', cpu: { request: '500m' } }])
    assert.deepEqual(summarize({ learned, applied, pending }, { author, shape, autoscalers: [] }), {
      cpu: '1200m -> 700m',
      memory: '512Mi',
    })
  })

  test('omits init containers, in both sums', () => {
    const slots = [
      { name: 'proxy', kind: 'init' },
      { name: 'app', kind: 'container' },
    ] as const
    const learned = revision([...app('500m', '512Mi'), proxy])
    assert.equal(summarize({ learned }, { author, shape: { ...shape, slots }, autoscalers: [] }).cpu, '1 -> 500m')
  })

  test('rounds the lowest confidence to hundredths', () => {
    const cpu = { request: '1', confidence: 0.876 }
    const learned = revision([{ name: 'app', cpu, memory: { request: '1Gi', confidence: 0.9 } }])
    assert.equal(summarize({ learned }, { author, shape, autoscalers: [] }).confidence, '0.88')
  })
})

test('the lowest confidence is that of all resources of all containers, and may be 0', () => {
  const of = (...confidences: readonly (number | undefined)[]) =>
    lowestConfidence(
      readValues(
        confidences.map((confidence, i) => ({
          name: `c${i}`,
          memory: { request: '1', ...(confidence !== undefined && { confidence }) },
        })),
      ),
    )
  assert.deepEqual([of(), of(undefined), of(0.5, undefined, 0.2, 0.9), of(0.5, 0)], [undefined, undefined, 0.2, 0])
})
