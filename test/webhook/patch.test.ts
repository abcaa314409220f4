import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Pod } from '../../src/policy/index.ts'
import { type Allotment, parseQuantity, type ResourceName } from '../../src/resources/index.ts'
import type { ContainerDecision, Decision } from '../../src/sizing/index.ts'
import type { Operation } from '../../src/webhook/apply.ts'
import { buildPatch } from '../../src/webhook/patch.ts'

/** `request/limit`, each of which may be `-`. */
function allotment(text: string): Allotment {
  const [request, limit] = text.split('/').map((quantity) => (quantity === '-' ? undefined : parseQuantity(quantity)))
  return { ...(request !== undefined && { request }), ...(limit !== undefined && { limit }) }
}

/** Old and new values of a resource: `100m/- -> 200m/1`. */
type Changes = Partial<Record<ResourceName, string>>

function decisionOn(list: ContainerDecision['list'], index: number, changes: Changes): ContainerDecision {
  const resources = Object.entries(changes).map(([resource, change]) => {
    const [carried, final] = change.split(' -> ').map(allotment)
    return { resource: resource as ResourceName, carried: carried!, author: carried!, final: final!, reasons: [] }
  })
  return { kind: list === 'containers' ? 'container' : 'sidecar', list, index, name: 'app', resources }
}

const patchedTo = (...containers: ContainerDecision[]): Decision => ({
  ...{ outcome: 'patched', reasons: ['Applied'], containers },
  annotation: 'the record',
})

function patchOf(pod: object, decision: Decision): string[] {
  const line = ({ op, path, value }: Operation) => `${op} ${path} ${JSON.stringify(value)}`
  return buildPatch(pod as Pod, decision).map(line)
}

const RECORD = 'add /metadata/annotations {"plimsoll.dev/decision":"the record"}'

describe('a container is patched if its values change', () => {
  const AT = '/spec/containers/0/resources'
  const cases: [what: string, resources: unknown, changes: Changes, expected: string[]][] = [
    [
      'what is there is replaced, limits first',
      { requests: { cpu: '100m' }, limits: { cpu: '1' } },
      { cpu: '100m/1 -> 200m/2' },
      [`replace ${AT}/limits/cpu "2"`, `replace ${AT}/requests/cpu "200m"`],
    ],
    [
      'what is not there is added beside the other resource',
      { requests: { cpu: '100m' }, limits: { cpu: '1' } },
      { memory: '-/- -> 1Gi/2Gi' },
      [`add ${AT}/limits/memory "2Gi"`, `add ${AT}/requests/memory "1Gi"`],
    ],
    [
      'requests or limits that are not there are added as a whole',
      { limits: null },
      { cpu: '-/- -> 200m/1', memory: '-/- -> 1Gi/-' },
      [`add ${AT}/limits {"cpu":"1"}`, `add ${AT}/requests {"cpu":"200m","memory":"1Gi"}`],
    ],
    [
      'resources that are not there are added as a whole',
      undefined,
      { cpu: '-/- -> 200m/1', memory: '-/- -> 1Gi/-' },
      [`add ${AT} {"limits":{"cpu":"1"},"requests":{"cpu":"200m","memory":"1Gi"}}`],
    ],
    ['resources that are null too', null, { cpu: '-/- -> 200m/-' }, [`add ${AT} {"requests":{"cpu":"200m"}}`]],
    [
      'what stays is not in the patch',
      { requests: { cpu: '100m', memory: '1Gi' }, limits: { memory: '2Gi' } },
      { cpu: '100m/- -> 100m/-', memory: '1Gi/2Gi -> 1Gi/2Gi' },
      [],
    ],
    [
      'a request that is written stays when only its limit moves',
      { requests: { memory: '1Gi' }, limits: { memory: '1Gi' } },
      { memory: '1Gi/1Gi -> 1Gi/2Gi' },
      [`replace ${AT}/limits/memory "2Gi"`],
    ],
    [
      'a request that follows from the limit is written out when the limit moves',
      { limits: { memory: '1Gi' } },
      { memory: '1Gi/1Gi -> 1Gi/2Gi' },
      [`replace ${AT}/limits/memory "2Gi"`, `add ${AT}/requests {"memory":"1Gi"}`],
    ],
    [
      'a request of null follows from the limit too, and is replaced',
      { requests: { memory: null }, limits: { memory: '1Gi' } },
      { memory: '1Gi/1Gi -> 1Gi/2Gi' },
      [`replace ${AT}/limits/memory "2Gi"`, `replace ${AT}/requests/memory "1Gi"`],
    ],
    [
      'a request that follows from a limit that stays is not written out',
      { limits: { memory: '1Gi' } },
      { memory: '1Gi/1Gi -> 1Gi/1Gi' },
      [],
    ],
    [
      'a value that is not wanted any more is not removed',
      { requests: { cpu: '100m' }, limits: { cpu: '1' } },
      { cpu: '100m/1 -> -/-' },
      [],
    ],
  ]
  for (const [what, resources, changes, expected] of cases) {
    test(what, () => {
      const pod = { metadata: {}, spec: { containers: [{ name: 'app', resources }] } }
      assert.deepEqual(patchOf(pod, patchedTo(decisionOn('containers', 0, changes))), [...expected, RECORD])
    })
  }
})

test('each container is patched at its index in its own list', () => {
  const [none, own] = [{ name: 'none' }, { name: 'own', resources: { requests: { cpu: '1' } } }]
  const pod = { metadata: {}, spec: { initContainers: [none, own], containers: [own, none] } }
  const decision = patchedTo(
    decisionOn('initContainers', 1, { cpu: '1/- -> 2/-' }),
    decisionOn('containers', 1, { cpu: '-/- -> 3/-' }),
  )
  assert.deepEqual(patchOf(pod, decision), [
    'replace /spec/initContainers/1/resources/requests/cpu "2"',
    'add /spec/containers/1/resources {"requests":{"cpu":"3"}}',
    RECORD,
  ])
})

test('the record is added to the existing annotations, and replaces an earlier record', () => {
  const cases: [metadata: object, expected: string][] = [
    [{}, RECORD],
    [{ annotations: null }, RECORD],
    [{ annotations: {} }, 'add /metadata/annotations/plimsoll.dev~1decision "the record"'],
    [{ annotations: { 'a/b': 'c' } }, 'add /metadata/annotations/plimsoll.dev~1decision "the record"'],
    [
      { annotations: { 'plimsoll.dev/decision': 'an earlier one' } },
      'replace /metadata/annotations/plimsoll.dev~1decision "the record"',
    ],
  ]
  for (const [metadata, expected] of cases) assert.deepEqual(patchOf({ metadata }, patchedTo()), [expected])
})

test('a Pod that is left alone gets no patch, even if values were decided for its containers', () => {
  const containers = [decisionOn('containers', 0, { cpu: '1/- -> 2/-' })]
  assert.deepEqual(patchOf({}, { outcome: 'skipped', reasons: ['AlreadyApplied'], containers }), [])
})
