// What each container must get, regardless of the others.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_POLICY, type PodContainer, readContainers } from '../../src/policy/index.ts'
import { type AppliedValues, draftContainers } from '../../src/sizing/draft-containers.ts'

const MEBIBYTE = 2n ** 20n * 1_000_000_000n
const MEMORY = { memory: { request: 100n * MEBIBYTE } }

function memoryOf(
  container: PodContainer,
  more: Partial<AppliedValues> = {},
  annotations: Record<string, string> = {},
) {
  const slots = readContainers({ spec: { containers: [{ name: 'app', ...container }] } })
  const applied = { revision: 1, containers: new Map([['app', MEMORY]]), ...more }
  const since = slots.map(({ carried }) => ({
    cpu: { author: carried.cpu, isChanged: false, ours: undefined },
    memory: { author: carried.memory, isChanged: false, ours: undefined },
  }))
  const context = { slots, applied, policy: DEFAULT_POLICY, annotations, since, limits: undefined }
  const authors = slots.map(({ carried }) => carried)
  return draftContainers(authors, 'Burstable', context)[0]!.at(-1)!
}

test('a value that is not readable is told as that, whatever else is', () => {
  const held = new Map([['app', { memory: 'HeldForHpa' }]])
  const resources = { requests: { memory: 'much' } }
  assert.deepEqual(memoryOf({ resources }, { held }).reasons, ['AuthorValueInvalid'])
  assert.deepEqual(memoryOf({ resources }, { containers: new Map() }).reasons, ['AuthorValueInvalid'])
  assert.deepEqual(memoryOf({}, { held }).reasons, ['HeldForHpa'])
  assert.deepEqual(memoryOf({}, { containers: new Map() }).reasons, ['NotInAppliedRevision'])
})

test('no request is written below what is allowed, nor below what the heap follows', () => {
  const env = [{ name: 'A', valueFrom: { resourceFieldRef: { resource: 'requests.memory' } } }]
  const resources = { requests: { memory: '200Mi' } }
  const { min } = DEFAULT_POLICY.bounds.memory
  assert.equal(memoryOf({ resources }).least, min)
  assert.equal(memoryOf({ resources, env }).least, 200n * MEBIBYTE)
  assert.equal(memoryOf({ resources: { requests: { memory: '1Mi' } }, env }).least, min)
})

test('only the containers that an annotation names are ignored', () => {
  const of = (annotation: string) => memoryOf({}, {}, { 'plimsoll.dev/ignore-containers': annotation }).reasons
  assert.deepEqual([of('web, app'), of('web'), of('')], [['ContainerIgnored'], [], []])
})
