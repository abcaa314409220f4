// What the bill claims, replayed by the real kube-scheduler, on nodes that KWOK plays.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { loadSolver } from '../../../src/solver/index.ts'
import { controlPlaneObstacle } from '../harness/index.ts'
import { Comparing, type Comparison } from './comparison.ts'
import { seededCluster } from './seeded-cluster.ts'
import { World } from './world.ts'

const SEED = Number(process.env.PLIMSOLL_TEST_SEED ?? 1)
const SHAPE = { nodes: 60, pods: 600, hasRules: true }
/** The scheduler breaks ties at random: more runs find a cheaper placement to compare with, and take longer. */
const RUNS = 1

describe(`60 nodes and 600 Pods with all constraints (seed ${SEED})`, { skip: controlPlaneObstacle() ?? false }, () => {
  let world: World
  let comparing: Comparing | undefined
  let comparison: Comparison

  before(async () => {
    world = await World.start()
    const tell = (text: string) => console.error(`    ${text}`)
    comparing = await Comparing.start(world, await loadSolver(), tell)
    comparison = await comparing.compare(seededCluster(SEED, SHAPE), RUNS)
  })
  after(async () => {
    comparing?.close()
    await world?.stop()
  })

  it('kube-scheduler places every Pod on the node that the packing claims', (t) => {
    t.diagnostic(`seed ${SEED}: ${JSON.stringify(comparison)}`)
    assert.equal(comparison.leftOut, 0)
    assert.deepEqual(comparison.refused, [])
  })

  it('the nodes never cost less than the bound', () => {
    assert.ok(comparison.cost >= comparison.bound, JSON.stringify(comparison))
  })

  it('the nodes cost at most 2 % more than after draining the emptiest node until nothing moves', () => {
    assert.ok(comparison.cost <= 1.02 * comparison.drainedCost, JSON.stringify(comparison))
  })
})
