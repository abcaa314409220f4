import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readAuthorsBounds } from '../../src/sizing/authors-bounds.ts'

const UNIT = 1_000_000_000n
const annotations = {
  'plimsoll.dev/min-cpu.app': '1',
  'plimsoll.dev/max-cpu.app': '2',
  'plimsoll.dev/min-memory.app': '3',
  'plimsoll.dev/max-memory.web': '4',
  'plimsoll.dev/min-memory.web': '0',
  'plimsoll.dev/max-cpu.web': 'all',
}

test('an author can bound each resource of each container separately', () => {
  const read = (resource: 'cpu' | 'memory', container: string) => readAuthorsBounds(annotations, resource, container)
  assert.deepEqual(read('cpu', 'app'), { min: UNIT, max: 2n * UNIT })
  assert.deepEqual(read('memory', 'app'), { min: 3n * UNIT })
  assert.deepEqual(read('memory', 'web'), { max: 4n * UNIT, isUnreadable: true })
  assert.deepEqual(read('cpu', 'web'), { isUnreadable: true })
  assert.deepEqual(read('cpu', 'other'), {})
})
