// An hour of a load that varies: a service that its SLO sizes keeps it, with little more CPU than that takes. For machines with time.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { clusterObstacle } from '../harness/index.ts'
import { say } from '../loop/report.ts'
import { OBJECTIVE, PER_SECOND } from './checkout.ts'
import { startLoad } from './load.ts'
import {
  MOST_ABOVE,
  measureReference,
  millicores,
  percent,
  type SizedByGoal,
  settleBySlo,
  sizeByGoal,
  startSizingWorld,
} from './sizing.ts'
import type { World } from './world.ts'

const SECONDS = Number(process.env.PLIMSOLL_SLO_VARYING_SECONDS ?? 3600)
/** What comes on top of the usual load by the end of each quarter, in requests per second. */
const MORE = [20, 0, 30, 0]
/** The load on average, relative to the usual one: it rises and falls evenly. */
const MEAN_LOAD = 1 + MORE.reduce((sum, more) => sum + more, 0) / MORE.length / PER_SECOND

describe('a service with an SLO, for an hour', { skip: clusterObstacle('k6', 'service') ?? false }, () => {
  let world: World
  let sized: SizedByGoal

  before(async () => {
    world = await startSizingWorld()
  })
  after(async () => {
    sized?.watch.stop()
    await world?.stop()
  })

  test('stays within 15 % above the least CPU that holds it while load varies', async () => {
    const reference = await measureReference(world)
    sized = await sizeByGoal(world, reference)
    const { watch, url } = sized
    await settleBySlo(world, watch, reference)
    const stages = MORE.map((perSecond) => ({ perSecond, seconds: Math.ceil(SECONDS / MORE.length) }))
    const load = await startLoad(world.cluster, url, 1, stages)
    await load.end(SECONDS + 60)
    const share = watch.badShare(SECONDS)
    const [limit, most] = [watch.meanLimitCores(SECONDS), MEAN_LOAD * MOST_ABOVE * reference.cores]
    say(watch.course)
    say(`varying load: mean limit ${millicores(limit)}, at most ${millicores(most)}; ${percent(share)} are slow`)
    assert.ok(share <= OBJECTIVE.badShare, percent(share))
    assert.ok(limit <= most, millicores(limit))
  })
})
