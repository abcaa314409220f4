import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { assertApplies, type Operation } from '../../src/webhook/apply.ts'
import { applyInPlace as applyAsOthersDo } from '../apply.ts'

const resources = () => ({
  status: null,
  spec: { containers: [{ name: 'app', resources: { limits: { memory: '1Gi' } } }] },
})

test('accepts operations that set existing and new fields, of objects and of list items, and changes nothing', () => {
  const pod = resources()
  assertApplies(pod, [
    { op: 'replace', path: '/spec/containers/0/resources/limits/memory', value: '2Gi' },
    { op: 'add', path: '/spec/containers/0/resources/requests', value: { cpu: '1' } },
    { op: 'add', path: '/metadata', value: { annotations: {} } },
    { op: 'add', path: '/spec/plimsoll.dev~1a~0b', value: 'x' },
    { op: 'replace', path: '/status', value: 'x' },
  ])
  assert.deepEqual(pod, resources())
})

test('accepts an addition at the end of a list, and refuses other positions', () => {
  const pod = { env: [{ name: 'A' }] }
  assertApplies(pod, [{ op: 'add', path: '/env/-', value: {} }])
  for (const [op, path] of [
    ['replace', '/env/-'],
    ['add', '/env/0'],
    ['add', '/none/-'],
  ] as const)
    assert.throws(() => assertApplies(pod, [{ op, path, value: {} }]), { message: /does not apply/ })
})

test('refuses an operation that depends on an earlier one, because it is unknown whether that applies', () => {
  const metadata: Operation = { op: 'add', path: '/metadata', value: {} }
  const annotations: Operation = { op: 'add', path: '/metadata/annotations', value: {} }
  const pod = { metadata: { labels: {} } }
  assertApplies(pod, [annotations, metadata])
  assert.throws(() => assertApplies(pod, [metadata, annotations]), {
    message: 'a patch that does not apply: add /metadata/annotations',
  })
})

test('refuses an operation that would not apply, and names it', () => {
  const cases: [Operation['op'], string][] = [
    ['add', '/metadata/annotations/a'],
    ['add', '/metadata/annotations/a/b/c'],
    ['add', '/status/conditions'],
    ['add', '/status/conditions/a/b'],
    ['add', '/spec/containers/1/resources'],
    ['add', '/spec/containers/0/name/first'],
    ['add', '/spec/containers/0'],
    ['replace', '/spec/containers/0/resources/requests'],
    ['replace', '/spec/containers/0/resources/limits/cpu'],
  ]
  for (const [op, path] of cases) {
    assert.throws(() => assertApplies(resources(), [{ op, path, value: '1' }]), {
      message: `a patch that does not apply: ${op} ${path}`,
    })
  }
})

test('accepts only what another implementation can apply, and everything that it applies separately', () => {
  const keys = fc.constantFrom('a', 'b/c', 'd~e', '~1', '')
  const objects = fc.dictionary(keys, fc.dictionary(keys, fc.constantFrom('1', '2'), { noNullPrototype: true }), {
    noNullPrototype: true,
  })
  const operations = fc.array(
    fc.record({
      op: fc.constantFrom('add' as const, 'replace' as const),
      keys: fc.oneof(fc.tuple(keys, keys), fc.tuple(keys)),
      value: fc.string(),
    }),
  )
  const applies = (apply: typeof assertApplies, object: object, patch: readonly Operation[]) => {
    try {
      apply(structuredClone(object), patch)
      return true
    } catch {
      return false
    }
  }
  fc.assert(
    fc.property(objects, operations, (object, made) => {
      const patch = made.map(({ op, keys, value }) => {
        const path = keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
        return { op, path, value }
      })
      if (applies(assertApplies, object, patch)) assert.ok(applies(applyAsOthersDo, object, patch))
      for (const one of patch)
        assert.equal(applies(assertApplies, object, [one]), applies(applyAsOthersDo, object, [one]))
    }),
  )
})
