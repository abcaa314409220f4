import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { applyInPlace, type Operation } from '../../src/webhook/apply.ts'
import { applyInPlace as applyAsOthersDo } from '../apply.ts'

const resources = () => ({
  status: null,
  spec: { containers: [{ name: 'app', resources: { limits: { memory: '1Gi' } } }] },
})

test('sets what is there and what is not, in objects and in items of lists', () => {
  const pod = resources()
  applyInPlace(pod, [
    { op: 'replace', path: '/spec/containers/0/resources/limits/memory', value: '2Gi' },
    { op: 'add', path: '/spec/containers/0/resources/requests', value: { cpu: '1' } },
    { op: 'add', path: '/metadata', value: { annotations: {} } },
    { op: 'add', path: '/metadata/annotations/plimsoll.dev~1a~0b', value: 'x' },
  ])
  assert.deepEqual(pod, {
    spec: { containers: [{ name: 'app', resources: { limits: { memory: '2Gi' }, requests: { cpu: '1' } } }] },
    metadata: { annotations: { 'plimsoll.dev/a~b': 'x' } },
    status: null,
  })
})

test('refuses an operation that would not apply, and says which', () => {
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
    assert.throws(() => applyInPlace(resources(), [{ op, path, value: '1' }]), {
      message: `a patch that does not apply: ${op} ${path}`,
    })
  }
})

test('comes to the same as another implementation, for any fields of any object', () => {
  const keys = fc.constantFrom('a', 'b/c', 'd~e', '~1', '')
  const objects = fc.dictionary(keys, fc.dictionary(keys, fc.constantFrom('1', '2'), { noNullPrototype: true }), {
    noNullPrototype: true,
  })
  const operations = fc.array(
    fc.record({
      op: fc.constantFrom('add' as const, 'replace' as const),
      keys: fc.tuple(keys, keys),
      value: fc.string(),
    }),
  )
  const outcome = (apply: typeof applyInPlace, object: object, patch: readonly Operation[]) => {
    const changed = structuredClone(object)
    try {
      apply(changed, patch)
      return changed
    } catch {
      return 'does not apply'
    }
  }
  fc.assert(
    fc.property(objects, operations, (object, made) => {
      const patch = made.map(({ op, keys, value }) => {
        const path = keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
        return { op, path, value }
      })
      assert.deepEqual(outcome(applyInPlace, object, patch), outcome(applyAsOthersDo, object, patch))
    }),
  )
})
