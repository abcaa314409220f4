// An afternoon of use: many kinds of workloads with 14 days of history, in mode auto with default settings. Changes need
// no approval, and every sentence on screen matches the Pods in the API server.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { RESOURCES } from '../../../src/resources/index.ts'
import { type Cluster, clusterObstacle, startCluster, until } from '../harness/index.ts'
import { say, spell, table } from '../loop/report.ts'
import { untrueOfChanges } from './claims/changes.ts'
import { untrueOfDashboard } from './claims/dashboard.ts'
import { untrueOfExplained } from './claims/explained.ts'
import { untrueOfReport } from './claims/report.ts'
import { untrueOfTable } from './claims/table.ts'
import { installed } from './installed.ts'
import type { Screen } from './screen.ts'
import { afternoonWorkloads } from './workloads.ts'
import type { World } from './world.ts'

/** Of the fifteen workloads with 14 days of history. */
const FORTNIGHT_OLD = 15
const MOST_WITH_A_PERSON = 2
const PATIENTLY = { timeoutMilliseconds: 240_000, everyMilliseconds: 1000 }

describe('an afternoon', { skip: clusterObstacle() ?? false }, () => {
  const endSeconds = Math.floor(Date.now() / 120_000) * 120
  const workloads = afternoonWorkloads(endSeconds)
  let cluster: Cluster
  let world: World
  let screen: Screen

  before(async () => {
    cluster = await startCluster()
    ;({ world, screen } = await installed(cluster, workloads, endSeconds))
    await until('everything to be learned and decided', () => world.isDecided(), PATIENTLY)
    await screen.everything(world, 'before')
    say('everything was looked at')
    await world.replacePods()
    await until('the learner to have seen the new Pods', () => world.isSettled(), PATIENTLY)
    await screen.everything(world, 'after')
    say('everything was looked at again')
  })
  after(async () => {
    world?.close()
    await cluster?.stop()
  })

  test('at least 13 of 15 workloads get CPU and memory without approval', () => {
    const rows = [['workload', 'behaviour', 'asked for', 'asks for', 'left as they were']]
    for (const workload of workloads) {
      for (const { name, before, after } of world.containersOf(workload)) {
        const left = world.leftOf(workload, name)
        rows.push([`${workload.name}/${name}`, workload.behaviour, spell(before), spell(after), left.join(' ')])
      }
    }
    say(table(rows))
    const left = workloads.slice(0, FORTNIGHT_OLD).filter((workload) => !world.isSizedAlone(workload))
    assert.ok(left.length <= MOST_WITH_A_PERSON, `${left.map(({ name }) => name).join(', ')} are not sized`)
  })

  test('each workload that waits for approval states why in a sentence', async () => {
    for (const workload of workloads) {
      const text = screen.textOf('after', `explain-${workload.name}`)
      for (const resource of RESOURCES) {
        const isLeft = world.isLeft(workload, resource)
        const why = workload.left?.[resource]
        assert.equal(isLeft, why !== undefined, `${resource} of ${workload.name}\n${text}`)
        if (why) assert.match(text, why)
      }
    }
  })

  test('workloads that request too little are raised immediately, without approval', () => {
    for (const name of ['lean', 'importer'])
      assert.deepEqual(world.statusOf(name)?.pending, undefined, JSON.stringify(world.statusOf(name)))
  })

  test('kubectl get rec shows the requests of the Pods and the learned values', () => {
    for (const when of ['before', 'after'] as const)
      assert.deepEqual(untrueOfTable(screen.textOf(when, 'get-rec'), world, when), [])
  })

  test('explain shows the values of its Pod, those of a new Pod, and the usage', () => {
    for (const when of ['before', 'after'] as const)
      assert.deepEqual(untrueOfExplained(screen.explained(when), world, when), [])
  })

  test('the report shows what the Pods reserve, and the usage', () => {
    for (const when of ['before', 'after'] as const)
      assert.deepEqual(untrueOfReport(JSON.parse(screen.textOf(when, 'report-json')), world, when), [])
  })

  test('Events and changelogs show the old values, and those of new Pods', () => {
    assert.deepEqual(untrueOfChanges(world), [])
  })

  test('the dashboard shows the values of the Pods', () => {
    for (const when of ['before', 'after'] as const)
      assert.deepEqual(untrueOfDashboard(screen.shown(when), world, when), [])
  })
})
