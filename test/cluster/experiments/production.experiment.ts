// What `kubectl plimsoll try` finds reaches production: it is proposed by requests per replica, approved, and Pods carry it.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { helmObstacle } from '../../chart/helm.ts'
import { clusterObstacle } from '../harness/index.ts'
import { makeNamespace } from '../support/namespace.ts'
import { deployApplication, RATE } from './application.ts'
import { NAMESPACE } from './installed.ts'
import { approveAndCarry, awaitProposed, startProduction } from './production.ts'
import { bestOf, storedOf, tryApplication } from './trying.ts'
import { startWorld, type World } from './world.ts'

const PRODUCTION = 'shop'
const LIMIT = { limitMilliseconds: 80, seconds: 8, trials: 8 }

describe('what an experiment found', { skip: clusterObstacle('k6', 'service') ?? helmObstacle() ?? false }, () => {
  let world: World

  before(async () => {
    world = await startWorld()
    await makeNamespace(world.cluster, PRODUCTION, 'approve')
    await startProduction(world, PRODUCTION)
  })
  after(async () => await world?.stop())

  test('reaches production through approval, and its next Pods carry it', async () => {
    const { cluster } = world
    const url = await deployApplication(cluster, NAMESPACE)
    const report = await tryApplication(cluster, `${url}@${RATE}/s`, LIMIT, ['--apply-to', PRODUCTION])
    assert.match(await awaitProposed(cluster, report.name), /Deployment checkout in shop/)
    const applied = await approveAndCarry(cluster, PRODUCTION)
    const { memoryMiB } = bestOf(await storedOf(cluster, report))
    assert.equal(applied.containers[0]!.memory?.request, `${memoryMiB.checkout}Mi`)
  })
})
