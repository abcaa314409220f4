import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { REASONS } from '../../src/policy/index.ts'
import { admitGolden, golden, goldenNames } from './cases.ts'

const names = goldenNames()
const cases = names.map(golden)

describe('a golden Pod comes out as written', () => {
  for (const one of cases) {
    test(`${one.name}: ${one.about}`, () => {
      assert.notEqual(one.about, '', 'the first line is a comment that says what this is')
      assert.deepEqual(admitGolden(one).outcome, one.out)
    })
  }
})

/** What only the learner says, in Events and on Recommendations: never of one Pod. */
const OF_THE_LEARNER = ['RolledBack', 'PendingApproval', 'ProvenGood', 'CanaryStarted', 'CanaryPassed', 'CanaryFailed']

/** What is said of a Pod as a whole. All other codes are said of a container, of whichever kind. */
const OF_THE_POD = [
  'Applied',
  'AlreadyApplied',
  'OptedOut',
  'MirrorPod',
  'PodLevelResources',
  'NoWorkload',
  'NoRecommendation',
  'NotApplied',
  'AnnotationsFull',
  'NothingToChange',
  'LimitRangeConflict',
  'HeldByQuotaScope',
  'CanaryDrawn',
  'GoalUnreadable',
]

/** Container, native sidecar and init container, by the names that they have in every golden Pod. */
const KINDS = ['app', 'proxy', 'prepare']

test('every code that the webhook says of a Pod has a golden Pod', () => {
  const said = new Set(cases.flatMap(({ out }) => out.codes))
  assert.deepEqual(
    OF_THE_POD.filter((code) => !said.has(code)),
    [],
  )
})

test('every code that it says of a container has a golden Pod, for each kind of container', () => {
  const said = new Set(
    cases.flatMap(({ out }) =>
      Object.entries(out.containers).flatMap(([container, { cpu, memory }]) =>
        [cpu, memory].flatMap((line) =>
          line
            .split(' ')
            .slice(1)
            .map((code) => `${code} of ${container}`),
        ),
      ),
    ),
  )
  const codes = Object.keys(REASONS).filter((code) => !OF_THE_POD.includes(code) && !OF_THE_LEARNER.includes(code))
  const missing = codes.flatMap((code) => KINDS.map((kind) => `${code} of ${kind}`).filter((one) => !said.has(one)))
  assert.deepEqual(missing, [])
})

test('the kinds of containers have the names that the test above goes by', () => {
  for (const { name, pod } of cases) {
    const spec = pod.spec as {
      initContainers?: { name: string; restartPolicy?: string }[]
      containers: { name: string }[]
    }
    for (const { name: container, restartPolicy } of spec.initContainers ?? []) {
      assert.equal(container, restartPolicy === 'Always' ? 'proxy' : 'prepare', name)
    }
    assert.ok(
      spec.containers.every((container) => !['proxy', 'prepare'].includes(container.name)),
      name,
    )
  }
})
