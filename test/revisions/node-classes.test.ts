import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ContainerRecommendation, Revision } from '../../src/api/recommendation.ts'
import { judge } from '../../src/revisions/judge.ts'
import { app, at, authored, input, MEBIBYTE, makeRevision, pod, RULES, statusAfter } from './reconcile-input.ts'

/** As the learner says it: one entry for each class, under its key. */
const learned = (...classes: readonly (readonly [nodes: string, cpu: string, memory: string])[]) => [
  ...app('700m', '900Mi'),
  ...classes.map(([nodes, cpu, memory]) => ({
    name: `app@${nodes}`,
    cpu: { request: cpu },
    memory: { request: memory },
  })),
]

const SIZES = learned(['cpu=4', '600m', '600Mi'], ['cpu=64', '1500m', '1600Mi'])

function cpuOf(revision: Revision | undefined): Record<string, string | undefined> {
  const all = revision?.containers.flatMap(({ name, cpu, nodeClasses = [] }) => [
    [name, cpu?.request] as const,
    ...nodeClasses.map(({ nodes, cpu }) => [nodes, cpu?.request] as const),
  ])
  return Object.fromEntries(all ?? [])
}

describe('a DaemonSet that is sized by class of node', () => {
  test('has values for each class, and for other nodes as much as the largest need', () => {
    const { applied, summary, state } = statusAfter(undefined, input(SIZES), RULES)
    assert.deepEqual(cpuOf(applied), { app: '1500m', 'cpu=4': '600m', 'cpu=64': '1500m' })
    assert.equal(state, 'Applied')
    assert.equal(summary?.cpu, '1500m', 'each container counts once')
  })

  test('steps for each class from what its nodes had, which is what all nodes had before the split', () => {
    const before = statusAfter(undefined, input(app('1', '1Gi')), RULES)
    const small = learned(['cpu=4', '100m', '100Mi'])
    const { applied } = statusAfter(before, input(small, { now: at(25) }), RULES)
    assert.deepEqual(cpuOf(applied), { app: '700m', 'cpu=4': '500m' })
  })

  test('gets no revision for classes whose values may not move yet', () => {
    const before = statusAfter(undefined, input(app('800m', '1Gi')), RULES)
    const { applied } = statusAfter(before, input(learned(['cpu=4', '300m', '1Gi']), { now: at(1) }), RULES)
    assert.equal(applied?.revision, before.applied?.revision)
  })

  test('loses the values of classes that are not in use any more', () => {
    const before = statusAfter(undefined, input(SIZES), RULES)
    const changes = { now: at(25), isInUse: (key: string) => !key.includes('@') }
    const { learned, applied } = statusAfter(before, input(app('1400m', '1500Mi'), changes), RULES)
    assert.deepEqual(cpuOf(learned), { app: '1400m' })
    assert.deepEqual(cpuOf(applied), { app: '1400m' })
  })

  test('asks for approval of each class, and applies what was approved for one', () => {
    const changes = { mode: 'approve' as const }
    const before = statusAfter(undefined, input(SIZES, changes), RULES)
    assert.equal(before.applied, undefined)
    assert.deepEqual(cpuOf(before.pending), { app: '1500m', 'cpu=4': '600m', 'cpu=64': '1500m' })
    const approval = {
      ...{ revision: before.pending!.revision, approver: 'ann', expires: at(48).toISOString() },
      containers: [{ name: 'app@cpu=4', cpu: { request: '600m' }, memory: { request: '600Mi' } }],
    }
    const { applied } = statusAfter(before, input(SIZES, { ...changes, spec: { approval }, now: at(1) }), RULES)
    assert.deepEqual(cpuOf(applied), { app: undefined, 'cpu=4': '600m' })
  })

  test('is raised for pressure on the nodes of one class alone', () => {
    const before = statusAfter(undefined, input(SIZES), RULES)
    const carried = { request: 600_000_000n, limit: undefined }
    const pressures = new Map([['app@cpu=4', { cpu: { carried, request: 900_000_000n, limit: undefined } }]])
    const rules = { ...RULES, approval: { ...RULES.approval, exempt: ['oom', 'pressure'] as const } }
    const { applied } = statusAfter(before, input(SIZES, { pressures, now: at(1) } as never), rules)
    assert.deepEqual(cpuOf(applied), { app: '1500m', 'cpu=4': '900m', 'cpu=64': '1500m' })
  })
})

test('an OOM kill is judged by the limits of the class that the node belongs to', () => {
  const containers: ContainerRecommendation[] = [
    {
      name: 'app',
      memory: { request: '1Gi', limit: '2Gi' },
      nodeClasses: [{ nodes: 'cpu=4', memory: { request: '200Mi', limit: '300Mi' } }],
    },
  ]
  const oomKills = [{ container: 'app', limitBytes: 300 * MEBIBYTE }]
  const author = authored({ memory: '512Mi' }, { memory: '1Gi' })
  const judged = (nodeClasses: readonly string[] | undefined, lastGood?: Revision) =>
    judge({ revision: makeRevision(7, containers), lastGood, author, pods: [pod(7, 0, { oomKills, nodeClasses })] })
      ?.kind
  assert.equal(judged(['pods=110', 'cpu=4']), 'OomKill')
  assert.equal(judged(['cpu=64']), undefined)
  assert.equal(judged(undefined), undefined)
  const lower = makeRevision(6, [{ name: 'app', memory: { request: '100Mi', limit: '250Mi' } }])
  assert.equal(judged(['cpu=4'], lower), undefined, 'it had less before: the values of the container itself')
})
