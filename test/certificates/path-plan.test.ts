import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { PLAIN } from '../../src/api/index.ts'
import { nextPathStep, type ObservedPaths, pathFacts } from '../../src/certificates/path-plan.ts'
import { runs } from '../support/arbitraries.ts'

const MODES = ['auto.plimsoll.dev', 'approve.plimsoll.dev']
const SETTLE = 60
const keyOf = (index: number) => String(index).padStart(32, 'k')

type Version = 'previous' | 'this'

/** What learners read and write, and whoever follows it late: API servers the path, webhooks the keys. */
class World {
  now = 0
  accepted: readonly string[] | undefined
  carried: (string | undefined)[]
  /** Of the Deployment's template. */
  version: Version
  pods: { version: Version; keys: readonly string[] | undefined }[]
  /** Pods that are ending, and until when they may still be asked. */
  ending: { pod: World['pods'][number]; until: number }[] = []
  writtenAt = 0
  /** Paths that API servers may still call, with the time at which they stop. */
  called: { key: string | undefined; until: number }[] = []
  /** Since when facts are true, as the one learner saw it. */
  since = new Map<string, number>()
  issued = 0

  constructor(version: Version, path: string | undefined) {
    this.version = version
    this.carried = [path, path]
    this.pods = [0, 1].map(() => ({ version, keys: undefined }))
  }

  get observed(): ObservedPaths {
    const understand = this.pods.filter(({ version }) => version === 'this').length
    return {
      accepted: this.accepted,
      carried: new Map(MODES.map((name, index) => [name, this.carried[index]])),
      understoodBy: this.version === 'previous' ? 'none' : understand === this.pods.length ? 'all' : 'some',
    }
  }

  /** One look of the learner. Returns what it did. */
  look(): string {
    const { observed } = this
    this.since = new Map(pathFacts(observed).map((fact) => [fact, this.since.get(fact) ?? this.now] as const))
    const step = nextPathStep(observed, {
      newKey: () => keyOf(++this.issued),
      isSettled: (fact) => this.now - (this.since.get(fact) ?? this.now) >= SETTLE,
    })
    if (step.do === 'accept keys') {
      this.accepted = step.keys
      this.writtenAt = this.now
    }
    if (step.do === 'publish key') this.publish(step.key)
    return step.do
  }

  publish(key: string | undefined) {
    // API servers notice within half the time that the learner waits.
    this.called.push({ key: this.carried[0], until: this.now + SETTLE / 2 })
    this.carried = [key, key]
  }

  /** Time passes; webhooks notice what they accept within half the time that the learner waits. */
  pass(seconds: number) {
    this.now += seconds
    this.called = this.called.filter(({ until }) => until > this.now)
    this.ending = this.ending.filter(({ until }) => until > this.now)
    if (this.now - this.writtenAt < SETTLE / 2) return
    for (const pod of this.serving) if (pod.version === 'this') pod.keys = this.accepted ?? pod.keys
  }

  get serving() {
    return [...this.pods, ...this.ending.map(({ pod }) => pod)]
  }

  replacePod() {
    this.ending.push({ pod: this.pods.shift()!, until: this.now + SETTLE / 2 })
    // A new Pod is ready when it has read the Secret.
    this.pods.push({ version: this.version, keys: this.version === 'this' ? this.accepted : undefined })
  }

  /** Looks until nothing is left to do; returns the steps. */
  settle(): string[] {
    const steps: string[] = []
    for (let looks = 0; looks < 20; looks++) {
      const step = this.look()
      if (step === 'nothing') return steps
      steps.push(step)
      this.pass(SETTLE)
    }
    throw new Error(`no end: ${steps}`)
  }

  /** Whether a webhook sizes what comes at a path. */
  sizes(pod: World['pods'][number], key: string | undefined): boolean {
    if (key === undefined) return false
    if (pod.version === 'previous') return key === PLAIN
    return pod.keys === undefined || pod.keys.includes(key)
  }

  get isSized(): boolean {
    const keys = [...this.carried, ...this.called.map(({ key }) => key)]
    return this.serving.every((pod) => keys.every((key) => this.sizes(pod, key)))
  }
}

const settled = () => {
  const world = new World('this', undefined)
  world.settle()
  return world
}

test('a new installation gets its key at once, and nobody waits', () => {
  const world = new World('this', undefined)
  assert.deepEqual([world.look(), world.look(), world.look()], ['accept keys', 'publish key', 'nothing'])
  assert.deepEqual([world.accepted, world.carried], [[keyOf(1)], [keyOf(1), keyOf(1)]])
})

test('webhooks of the previous version keep the path without a key until the last one is gone', () => {
  const world = new World('previous', PLAIN)
  assert.deepEqual(world.settle(), ['accept keys'])
  assert.deepEqual(world.accepted, [keyOf(1), PLAIN])
  world.version = 'this'
  assert.deepEqual(world.settle(), [])
  world.replacePod()
  assert.deepEqual(world.settle(), [])
  world.pass(SETTLE)
  assert.equal(world.look(), 'nothing')
  world.replacePod()
  assert.equal(world.look(), 'wait', 'one that is ending may still be asked')
  assert.deepEqual(world.settle(), ['wait', 'publish key', 'wait', 'accept keys'])
  assert.deepEqual([world.accepted, world.carried], [[keyOf(1)], [keyOf(1), keyOf(1)]])
})

test('where an upgrade took the path away, it is without a key until every webhook takes one', () => {
  const world = new World('previous', undefined)
  world.version = 'this'
  world.pods[0]!.version = 'this'
  assert.deepEqual(world.settle(), ['accept keys', 'publish key'])
  assert.deepEqual(world.carried, [PLAIN, PLAIN])
  world.pods[1]!.version = 'this'
  world.settle()
  assert.deepEqual([world.accepted, world.carried], [[keyOf(1)], [keyOf(1), keyOf(1)]])
})

test('back to the previous version: the path is without a key at once', () => {
  const world = settled()
  world.version = 'previous'
  assert.deepEqual([world.look(), world.look(), world.look()], ['accept keys', 'publish key', 'nothing'])
  assert.deepEqual(
    [world.accepted, world.carried],
    [
      [keyOf(1), PLAIN],
      [PLAIN, PLAIN],
    ],
  )
})

test('a rollout of one version changes nothing', () => {
  const world = settled()
  const before = world.observed
  for (const understoodBy of ['some', 'all'] as const) {
    const circumstances = { newKey: () => 'no', isSettled: () => true }
    assert.equal(nextPathStep({ ...before, understoodBy }, circumstances).do, 'nothing')
    // Also where the first key has been published a moment ago.
    const step = nextPathStep({ ...before, accepted: [keyOf(1), PLAIN], understoodBy }, circumstances)
    assert.deepEqual([step.do, 'keys' in step && step.keys], ['accept keys', [keyOf(1)]])
  }
})

test('a lost key is replaced: old and new are accepted until the new one is published everywhere', () => {
  const world = settled()
  world.accepted = undefined
  assert.equal(world.look(), 'accept keys')
  assert.deepEqual(world.accepted, [keyOf(2), keyOf(1)])
  assert.equal(world.look(), 'wait')
  assert.deepEqual(world.settle(), ['wait', 'publish key', 'wait', 'accept keys'])
  assert.deepEqual([world.accepted, world.carried], [[keyOf(2)], [keyOf(2), keyOf(2)]])
})

test('a path that somebody reverted, removed or gave to one webhook only is published again at once', () => {
  for (const path of [PLAIN, undefined, keyOf(7), 'nonsense']) {
    for (const paths of [
      [path, path],
      [keyOf(1), path],
    ]) {
      const world = settled()
      world.carried = paths
      assert.deepEqual(world.settle(), ['publish key'], String(paths))
      assert.deepEqual([world.accepted, world.carried], [[keyOf(1)], [keyOf(1), keyOf(1)]])
    }
  }
})

test('what is no key in a path is never accepted', () => {
  const world = new World('this', '../nonsense')
  world.look()
  assert.deepEqual(world.accepted, [keyOf(1)])
})

// Upgrades, downgrades, lost keys and learners that restart, in any order: no review is refused on the way, and in the end only the key
// is accepted.
test('every review is answered during upgrades, restarts and lost keys, and in the end only the key is accepted', () => {
  const action = fc.oneof(
    { weight: 8, arbitrary: fc.constant('look' as const) },
    { weight: 6, arbitrary: fc.integer({ min: 1, max: SETTLE }) },
    { weight: 2, arbitrary: fc.constant('replace a Pod' as const) },
    { weight: 1, arbitrary: fc.constant('upgrade' as const) },
    { weight: 1, arbitrary: fc.constant('lose the keys' as const) },
    { weight: 1, arbitrary: fc.constant('restart the learner' as const) },
  )
  fc.assert(
    fc.property(
      fc.constantFrom('previous' as const, 'this' as const),
      fc.array(action, { maxLength: 80 }),
      (version, actions) => {
        const world = new World(version, PLAIN)
        for (const one of actions) {
          if (one === 'look') world.look()
          else if (one === 'upgrade') world.version = 'this'
          else if (one === 'lose the keys') world.accepted = undefined
          else if (one === 'restart the learner') world.since.clear()
          else if (one === 'replace a Pod') world.replacePod()
          else world.pass(one)
          assert.ok(world.isSized, `after ${one}`)
        }
        world.version = 'this'
        world.pods = world.pods.map(() => ({ version: 'this', keys: world.accepted }))
        world.settle()
        assert.equal(world.accepted?.length, 1)
        assert.deepEqual(world.carried, [world.accepted![0], world.accepted![0]])
        assert.ok(world.isSized)
      },
    ),
    { numRuns: runs(500) },
  )
})
