import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ExperimentStatus } from '../../src/api/index.ts'
import type { ExperimentApi } from '../../src/experiment-runner/api.ts'
import { toLookAt } from '../../src/experiment-runner/due.ts'
import type { ExperimentObject } from '../../src/experiment-runner/objects.ts'
import { experimentNamed, ModelCluster, START } from './model-cluster.ts'
import { runnerOf } from './running.ts'

const NOW = START

function made(name: string, age: number, status?: object): ExperimentObject {
  const one = experimentNamed(name)
  const creationTimestamp = new Date(NOW - age * 1000).toISOString()
  return { ...one, metadata: { ...one.metadata, creationTimestamp }, status: status as ExperimentStatus }
}

const waiting = { phase: 'Pending', reason: 'Waiting' }
const forbidden = { phase: 'Pending', reason: 'NotPermitted' }
const namesOf = (all: readonly ExperimentObject[]) => all.map(({ metadata }) => metadata.name)

describe('of the experiments of a namespace', () => {
  test('the one that has begun is looked at first, and those that wait for it are not', () => {
    const running = made('running', 10, { phase: 'Running', originals: [] })
    const all = [made('new', 1), made('waiting', 100, waiting), running, made('forbidden', 50, forbidden)]
    assert.deepEqual(namesOf(toLookAt(all, new Map(), NOW)), ['running', 'new'])
  })

  test('only the oldest that waits for its turn is looked at, and one that waits for something else', () => {
    const all = [
      ...[made('young', 1, waiting), made('old', 9, waiting)],
      ...[made('first', 8, forbidden), made('second', 7, forbidden)],
    ]
    assert.deepEqual(namesOf(toLookAt(all, new Map(), NOW)), ['old', 'first'])
    assert.deepEqual(namesOf(toLookAt(all, new Map([['uid-first', NOW - 40_000]]), NOW)), ['old', 'second'])
  })

  test('one that waits is looked at every 30 s, and one that has ended not at all', () => {
    const all = [made('old', 9, waiting), made('ended', 20, { phase: 'Completed', originals: [] })]
    assert.deepEqual(namesOf(toLookAt(all, new Map([['uid-old', NOW - 29_000]]), NOW)), [])
    assert.deepEqual(namesOf(toLookAt(all, new Map([['uid-old', NOW - 30_000]]), NOW)), ['old'])
  })
})

test('a new experiment is looked at as soon as it is known, also while another one runs', async () => {
  const cluster = new ModelCluster(experimentNamed('try'))
  const runner = runnerOf(cluster)
  const { signal } = new AbortController()
  assert.equal(await runner.pass(signal), 'busy')
  cluster.experiments.set('later', experimentNamed('later'))
  cluster.actuate(2)
  assert.equal(await runner.pass(signal), 'busy')
  assert.equal(cluster.experiment('later').status?.message, 'waits for experiment try')
})

test('a namespace that does not answer does not hold up the others', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const stop = new AbortController()
  const cluster = new ModelCluster(experimentNamed('quick'))
  const { known, observe } = cluster
  const slow = experimentNamed('slow')
  const other = { ...slow, metadata: { ...slow.metadata, namespace: 'other' } }
  cluster.known = () => [other, ...known.call(cluster)]
  let asked = 0
  cluster.observe = (async (of, others) => {
    if (of.namespace !== 'other') return observe.call(cluster, of, others)
    asked++
    return new Promise((_, reject) => stop.signal.addEventListener('abort', () => reject(new Error('stopped'))))
  }) as ExperimentApi['observe'] as never
  const runner = runnerOf(cluster)
  for (let turn = 0; turn < 200 && cluster.experiment('quick').status?.phase !== 'Completed'; turn++) {
    let isOver = false
    const pass = runner.pass(stop.signal).finally(() => {
      isOver = true
    })
    while (!isOver) {
      await new Promise(setImmediate)
      t.mock.timers.tick(5000)
    }
    await pass
    cluster.actuate()
  }
  assert.equal(cluster.experiment('quick').status?.phase, 'Completed')
  assert.equal(asked, 1)
  stop.abort()
})
