// A service whose latency depends on its CPU limit, sized by its SLO: held against the least limit that holds it.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { clusterObstacle } from '../harness/index.ts'
import { say } from '../loop/report.ts'
import { OBJECTIVE, PER_SECOND } from './checkout.ts'
import { startLoad } from './load.ts'
import type { Reference } from './reference.ts'
import {
  MOST_ABOVE,
  measureReference,
  millicores,
  patiently,
  percent,
  type SizedByGoal,
  settleBySlo,
  sizeByGoal,
  startSizingWorld,
} from './sizing.ts'
import type { World } from './world.ts'

describe('a service with an SLO', { skip: clusterObstacle('k6', 'service') ?? false }, () => {
  let world: World
  let reference: Reference
  let sized: SizedByGoal
  /** Where the SLO had it at the usual load, in cores. */
  let settledCores: number

  before(async () => {
    world = await startSizingWorld()
  })
  after(async () => {
    sized?.watch.stop()
    await world?.stop()
  })

  test('has a least CPU limit that holds it, on which three sweeps agree', async () => {
    reference = await measureReference(world)
    assert.ok(Math.max(...reference.sweeps) / Math.min(...reference.sweeps) < MOST_ABOVE)
  })

  test('is breached where its goal alone sizes the service', async () => {
    sized = await sizeByGoal(world, reference)
    assert.ok(sized.badShare > OBJECTIVE.badShare, percent(sized.badShare))
  })

  test('settles at no more than 15 % above the least CPU that holds it', async () => {
    settledCores = await settleBySlo(world, sized.watch, reference)
  })

  test('gets more CPU when its load doubles, and less when it halves', async () => {
    const { watch, url } = sized
    const more = await startLoad(world.cluster, url, PER_SECOND)
    const startedAt = performance.now()
    const secondsSince = (at: number) => `${((performance.now() - at) / 1000).toFixed(0)} s`
    const isRaised = () => watch.limitCores > 1.4 * settledCores && watch.isSettled(20)
    await patiently('the SLO to hold at twice the load', watch, isRaised)
    const raised = watch.limitCores
    const slow = percent(watch.badShare(20))
    say(`at twice the load: ${millicores(raised)} after ${secondsSince(startedAt)}; ${slow} of requests are slow`)
    await more.stop()
    const halvedAt = performance.now()
    await patiently('CPU to be taken back', watch, () => watch.limitCores < 0.75 * raised)
    say(`at half of that: ${millicores(watch.limitCores)} after ${secondsSince(halvedAt)}`)
    await patiently('the SLO to hold at the usual load', watch, () => watch.isSettled(10))
    say(watch.course)
  })
})
