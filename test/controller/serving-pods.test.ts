import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ServingPods } from '../../src/controller/serving-pods.ts'
import type { ViewedWorkload } from '../../src/controller/workload-view.ts'

type Pods = ViewedWorkload['pods']
const pod = (name: string, isReady: boolean, isRunning = true) =>
  ({ name, placement: { isReady, isRunning } }) as unknown as Pods[number]
const names = (pods: Pods) => pods.map(({ name }) => name)

test('a Pod that was never ready does not serve', () => {
  assert.deepEqual(names(new ServingPods(60).of([pod('a', true), pod('b', false)], 0)), ['a'])
})

test('a Pod that fails its readiness probe counts for the grace period', () => {
  const serving = new ServingPods(60)
  serving.of([pod('a', true), pod('b', true)], 0)
  const at = (seconds: number) => names(serving.of([pod('a', true), pod('b', false)], seconds))
  assert.deepEqual(at(60), ['a', 'b'])
  assert.deepEqual(at(61), ['a'])
})

test('if no Pod is ready, all that were count, until they end', () => {
  const serving = new ServingPods(60)
  serving.of([pod('a', true), pod('b', true), pod('c', false)], 0)
  const unready = [pod('a', false), pod('b', false, false), pod('c', false)]
  assert.deepEqual(names(serving.of(unready, 10_000)), ['a'])
})

test('a Pod counts as ready since the first time that it was, until it is deleted', () => {
  const serving = new ServingPods(60)
  serving.of([pod('a', true)], 100)
  serving.of([pod('a', false)], 200)
  assert.deepEqual(
    [serving.wasReady('a', 99), serving.wasReady('a', 100), serving.wasReady('b', 1000)],
    [false, true, false],
  )
  serving.of([], 300)
  assert.equal(serving.wasReady('a', 1000), false)
})
