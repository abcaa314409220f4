import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OomKill, UsageSample } from '../../src/history/index.ts'
import { GOAL_PRICES } from '../../src/learner/goals.ts'
import { NodeClasses } from '../../src/learner/node-classes.ts'

const DAY = 86_400
const PRICES = GOAL_PRICES.balanced
const AGENT = { workload: { namespace: 'monitoring', kind: 'DaemonSet', name: 'agent' }, container: 'agent' }
const WEB = { workload: { namespace: 'shop', kind: 'Deployment', name: 'web' }, container: 'web' }

function recorder() {
  const samples: UsageSample[] = []
  const kills: OomKill[] = []
  const learner = {
    observe: (all: readonly UsageSample[]) => void samples.push(...all),
    observeOomKill: (kill: OomKill) => void kills.push(kill),
  }
  const nodes = new Map(
    Array.from({ length: 20 }, (_, i) => [`agent-${i}`, { name: `node-${i}`, classes: [`cpu=${i % 2 ? 4 : 64}`] }]),
  )
  const classes = new NodeClasses({ learner, nodeOf: (_, pod) => nodes.get(pod) })
  return { classes, samples, kills }
}

function hour(at: number, container = AGENT): UsageSample[] {
  return Array.from({ length: 20 }, (_, i) => {
    const cpuCores = i % 2 ? 0.1 : 1.6
    return { container, pod: `agent-${i}`, timestampSeconds: at, cpuCores, memoryBytes: cpuCores * 2 ** 30 }
  })
}

const keysOf = (all: readonly { readonly container: { readonly container: string } }[]) => [
  ...new Set(all.map(({ container }) => container.container)),
]

function learnedSplit() {
  const recorded = recorder()
  for (let i = 0; i <= 24; i++) recorded.classes.observe(hour(20_000 * DAY + i * 3600))
  recorded.classes.decide(AGENT.workload, PRICES, [])
  return recorded
}

test('learns by class of node once a split pays, and for all nodes together as before', () => {
  const { classes, samples } = learnedSplit()
  assert.deepEqual(keysOf(samples), ['agent'])
  samples.length = 0
  classes.observe(hour(20_002 * DAY))
  assert.deepEqual(keysOf(samples), ['agent', 'agent@cpu=64', 'agent@cpu=4'])
  assert.equal(samples.length, 40)
})

test('an OOM kill counts for the class of the node where it happened', () => {
  const { classes, kills } = learnedSplit()
  const kill = { container: AGENT, timestampSeconds: 20_002 * DAY, limitBytes: 2 ** 30 }
  classes.observeOomKill({ ...kill, pod: 'agent-1' })
  assert.deepEqual(keysOf(kills), ['agent', 'agent@cpu=4'])
  kills.length = 0
  classes.observeOomKill({ ...kill, pod: 'gone' })
  classes.observeOomKill(kill)
  assert.deepEqual(keysOf(kills), ['agent'])
})

test('a new process continues with the classes that the Recommendation has', () => {
  const { classes, samples } = recorder()
  const isUsed = classes.decide(AGENT.workload, PRICES, ['agent', 'agent@cpu=4'])
  assert.equal(isUsed('agent@cpu=4'), true)
  assert.equal(isUsed('agent@pool=a'), false)
  classes.observe(hour(20_000 * DAY))
  assert.deepEqual(keysOf(samples), ['agent', 'agent@cpu=64', 'agent@cpu=4'])
})

test('other workloads have one size', () => {
  const { classes, samples } = recorder()
  for (let i = 0; i <= 24; i++) classes.observe(hour(20_000 * DAY + i * 3600, WEB))
  const isUsed = classes.decide(WEB.workload, PRICES, [])
  assert.deepEqual([isUsed('web'), isUsed('web@cpu=4')], [true, false])
  assert.deepEqual(keysOf(samples), ['web'])
})

test('forgets workloads that do not run any more', () => {
  const { classes, samples } = learnedSplit()
  classes.keep(new Set(['shop/Deployment/web']))
  samples.length = 0
  classes.observe(hour(20_002 * DAY))
  assert.deepEqual(keysOf(samples), ['agent'])
})
