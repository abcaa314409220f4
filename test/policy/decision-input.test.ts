import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readDecisionInput } from '../../src/policy/decision-input.ts'
import type { Pod } from '../../src/policy/pod.ts'

const container = { name: 'app', resources: { requests: { cpu: '1' } }, env: [{ name: 'A', value: 'b' }] }
const read = (metadata: unknown, spec: unknown = { containers: [container] }) =>
  readDecisionInput({ metadata, spec } as Pod)

describe('the input of a decision', () => {
  test('is the same for all Pods of one template', () => {
    const pod = (i: number) => {
      const labels = { app: 'web', 'apps.kubernetes.io/pod-index': String(i), 'plimsoll.dev/inject': 'true' }
      const annotations = { index: String(i), 'plimsoll.dev/goal': 'savings' }
      const volumes = [{ name: `kube-api-access-${i}` }]
      const mounted = { ...container, volumeMounts: [{ name: `kube-api-access-${i}` }] }
      return read({ name: `web-${i}`, labels, annotations }, { containers: [mounted], volumes, hostname: `web-${i}` })
    }
    assert.deepEqual(pod(1), pod(2))
    assert.deepEqual(pod(1)!.metadata, {
      labels: { 'plimsoll.dev/inject': 'true' },
      annotations: { 'plimsoll.dev/goal': 'savings' },
    })
  })

  const differences: readonly (readonly [what: string, metadata: object, spec: object])[] = [
    ['a label of Plimsoll', { labels: { 'plimsoll.dev/inject': 'false' } }, {}],
    ['an annotation of Plimsoll', { annotations: { 'plimsoll.dev/ignore-containers': 'app' } }, {}],
    ['that it is a mirror Pod', { annotations: { 'kubernetes.io/config.mirror': 'x' } }, {}],
    ['that it has annotations at all', { annotations: {} }, {}],
    ['its own resources', {}, { resources: { requests: { cpu: '1' } } }],
    ['its overhead', {}, { overhead: { cpu: '250m' } }],
    ['its deadline', {}, { activeDeadlineSeconds: 60 }],
    ['its class', {}, { priorityClassName: 'high' }],
    ['its init containers', {}, { initContainers: [container] }],
    ...Object.entries({
      ...{ name: 'other', image: 'web:2', restartPolicy: 'Always', resources: {}, command: ['java'], args: ['-Xmx1g'] },
      ...{ env: [], resizePolicy: [] },
    }).map(
      ([field, value]) =>
        [`the ${field} of a container`, {}, { containers: [{ ...container, [field]: value }] }] as const,
    ),
  ]
  for (const [what, metadata, spec] of differences)
    test(`contains ${what}`, () => {
      assert.notDeepEqual(read(metadata, { containers: [container], ...spec }), read({}))
    })

  test('shares only the resources with a second reading, because a patch could change other parts', () => {
    const [pod] = [{ metadata: { annotations: { 'plimsoll.dev/goal': 'savings' } }, spec: { containers: [container] } }]
    const [one, other] = [readDecisionInput(pod), readDecisionInput(pod)]
    assert.notEqual(one!.metadata!.annotations, other!.metadata!.annotations)
    assert.equal(one!.spec!.containers![0]!.resources, container.resources)
  })
})

describe('nothing is read from a Pod that the API server would not send', () => {
  const odd: readonly (readonly [what: string, metadata: unknown, spec?: unknown])[] = [
    ['no metadata', undefined],
    ['metadata that are a list', []],
    ['labels that are a text', { labels: 'app=web' }],
    ['labels with a number', { labels: { app: 1 } }],
    ['annotations that are a list', { annotations: [] }],
    ['annotations with null', { annotations: { a: null } }],
    ['no spec', {}, null],
    ['containers that are a text', {}, { containers: 'app' }],
    ['a container that is null', {}, { containers: [container, null] }],
    ['an init container that is a list', {}, { initContainers: [[]] }],
  ]
  for (const [what, metadata, spec] of odd)
    test(`with ${what}`, () => {
      assert.equal(read(metadata, ...(spec === undefined ? [] : [spec])), undefined)
    })

  test('with annotations so long that their size matters', () => {
    assert.ok(read({ annotations: { a: 'x'.repeat(60 * 1024 - 1) } }))
    assert.equal(read({ annotations: { a: 'x'.repeat(60 * 1024) } }), undefined)
  })

  test('but null lists and maps count as missing', () => {
    assert.deepEqual(
      read({ labels: null, annotations: null }, { containers: null, initContainers: null }),
      read({}, {}),
    )
  })
})
