// Sizes a service whose latency depends on its CPU limit by its SLO, and compares the result with the lowest limit that meets the SLO.
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

/** How long the load varies. `npm run test:slos-hour` sets an hour. */
const VARYING_SECONDS = Number(process.env.PLIMSOLL_SLO_VARYING_SECONDS ?? 300)
/** Requests per second on top of the usual load at the end of each quarter of that time. */
const MORE = [20, 0, 30, 0]
/** Mean load relative to the usual one: it rises and falls linearly. */
const MEAN_LOAD = 1 + MORE.reduce((sum, more) => sum + more, 0) / MORE.length / PER_SECOND

describe('a service with an SLO', { skip: clusterObstacle('k6', 'service') ?? false }, () => {
  let world: World
  let reference: Reference
  let sized: SizedByGoal

  before(async () => {
    world = await startSizingWorld()
  })
  after(async () => {
    sized?.watch.stop()
    await world?.stop()
  })

  test('has a lowest CPU limit that meets the SLO, on which three sweeps agree', async () => {
    reference = await measureReference(world)
    assert.ok(Math.max(...reference.sweeps) / Math.min(...reference.sweeps) < MOST_ABOVE)
  })

  test('misses the SLO when its goal alone sizes it', async () => {
    sized = await sizeByGoal(world, reference)
    assert.ok(sized.badShare > OBJECTIVE.badShare, percent(sized.badShare))
  })

  test('settles at no more than 15 % above the lowest CPU limit that meets the SLO', async () => {
    await settleBySlo(world, sized.watch, reference)
  })

  test('stays there while its load varies', async () => {
    const { watch, url } = sized
    const stages = MORE.map((perSecond) => ({ perSecond, seconds: Math.ceil(VARYING_SECONDS / MORE.length) }))
    const load = await startLoad(world.cluster, url, 1, stages)
    await load.end(VARYING_SECONDS + 60)
    const share = watch.badShare(VARYING_SECONDS)
    const [limit, most] = [watch.meanLimitCores(VARYING_SECONDS), MEAN_LOAD * MOST_ABOVE * reference.cores]
    say(watch.course)
    say(`varying load: mean limit ${millicores(limit)}, at most ${millicores(most)}; ${percent(share)} are slow`)
    assert.ok(share <= OBJECTIVE.badShare, percent(share))
    assert.ok(limit <= most, millicores(limit))
  })

  test('gets more CPU when its load doubles, and less when it halves', async () => {
    const { watch, url } = sized
    await patiently('one CPU limit for a while', watch, () => watch.isSettled(10))
    const before = watch.limitCores
    const more = await startLoad(world.cluster, url, PER_SECOND)
    const startedAt = performance.now()
    const secondsSince = (at: number) => `${((performance.now() - at) / 1000).toFixed(0)} s`
    const isRaised = () => watch.limitCores > 1.4 * before && watch.isSettled(20)
    await patiently('the service to meet its SLO at twice the load', watch, isRaised)
    const raised = watch.limitCores
    const slow = percent(watch.badShare(20))
    say(`at twice the load: ${millicores(raised)} after ${secondsSince(startedAt)}; ${slow} of requests are slow`)
    await more.stop()
    const halvedAt = performance.now()
    await patiently('a lower CPU limit', watch, () => watch.limitCores < 0.75 * raised)
    say(`at half of that: ${millicores(watch.limitCores)} after ${secondsSince(halvedAt)}`)
    await patiently('the service to meet its SLO at the usual load', watch, () => watch.isSettled(10))
    say(watch.course)
  })
})
