import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX_NODE_CLASSES } from '../../src/api/index.ts'
import { GOAL_PRICES } from '../../src/learner/goals.ts'
import { NodeDemand } from '../../src/learner/node-demand.ts'
import { chooseTrait } from '../../src/learner/node-split.ts'

const DAY = 86_400
const PRICES = GOAL_PRICES.balanced

interface Fleet {
  readonly nodes: number
  readonly classesOf: (i: number) => readonly string[]
  readonly coresOf: (i: number) => number
  readonly days?: number
}

/** Usage of a DaemonSet whose Pods use 50Mi for each tenth of a core; noise repeats with a period that no class has. */
function demandOf({ nodes, classesOf, coresOf, days = 3 }: Fleet): NodeDemand {
  const demand = new NodeDemand()
  const all = Array.from({ length: nodes }, (_, i) => ({ name: `node-${i}`, classes: classesOf(i) }))
  for (let step = 0; step < days * 24; step++)
    for (const [i, node] of all.entries()) {
      const noise = 0.8 + 0.4 * (((step * 7 + i * 13) % 23) / 22)
      const cores = coresOf(i) * noise
      demand.note(node, 20_000 * DAY + step * 3600, cores, cores * 500 * 2 ** 20)
    }
  return demand
}

const bySize = (i: number) => (i % 10 === 0 ? 64 : i % 2 ? 4 : 16)
const sized = (i: number) => [`cpu=${bySize(i)}`, `zone=${'abc'[i % 3]}`]

test('splits by the trait that demand follows', () => {
  const demand = demandOf({ nodes: 40, classesOf: sized, coresOf: (i) => bySize(i) / 20 })
  assert.equal(chooseTrait(demand, PRICES, undefined), 'cpu')
})

test('splits nothing where demand does not depend on the node', () => {
  assert.equal(chooseTrait(demandOf({ nodes: 40, classesOf: sized, coresOf: () => 0.4 }), PRICES, undefined), undefined)
})

test('splits nothing where single nodes differ, also if each class has a few nodes only', () => {
  const odd = (i: number) => 0.2 + ((i * 7) % 10) / 10
  const classesOf = (i: number) => [`pool=${i % 6}`]
  assert.equal(chooseTrait(demandOf({ nodes: 12, classesOf, coresOf: odd }), PRICES, undefined), undefined)
})

test('of traits that tell the same nodes apart, takes the first, and keeps the one in force', () => {
  const classesOf = (i: number) => [`cpu=${bySize(i)}`, `pods=${bySize(i) * 10}`]
  const demand = demandOf({ nodes: 40, classesOf, coresOf: (i) => bySize(i) / 20 })
  assert.equal(chooseTrait(demand, PRICES, undefined), 'cpu')
  assert.equal(chooseTrait(demand, PRICES, 'pods'), 'pods')
})

test('ends a split that does not pay any more', () => {
  const demand = demandOf({ nodes: 40, classesOf: sized, coresOf: () => 0.4 })
  assert.equal(chooseTrait(demand, PRICES, 'cpu'), undefined)
})

test('keeps what is in force until the first day is over', () => {
  const demand = demandOf({ nodes: 40, classesOf: sized, coresOf: (i) => bySize(i) / 20, days: 1 })
  assert.equal(chooseTrait(demand, PRICES, undefined), undefined)
  assert.equal(chooseTrait(demand, PRICES, 'zone'), 'zone')
})

test('does not tell nodes apart by a trait with more classes than are kept', () => {
  const classesOf = (i: number) => [`host=${i}`]
  const demand = demandOf({ nodes: MAX_NODE_CLASSES + 1, classesOf, coresOf: (i) => (i + 1) / 10 })
  assert.deepEqual([...demand.traits()], [])
})

test('takes a node that moves to another class into the new one', () => {
  const demand = new NodeDemand()
  demand.note({ name: 'a', classes: ['pool=old'] }, DAY, 1, 2 ** 30)
  demand.note({ name: 'a', classes: ['pool=new'] }, DAY + 60, 1, 2 ** 30)
  const [, classes] = [...demand.traits()][0]!
  const weight = (nodes: string) => classes.get(nodes)!.reduce((sum, { cpu }) => sum + cpu.reduce((a, b) => a + b), 0)
  assert.equal(weight('pool=old'), 1)
  assert.equal(weight('pool=new'), 1)
})
