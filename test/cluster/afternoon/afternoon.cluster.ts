// An afternoon of use: a shop of many kinds of workloads with a fortnight of history, mode auto and default settings. What is applied
// needs nobody, and every sentence on screen is true of the Pods as the API server has them.
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

/** Of the fifteen that have run for a fortnight. */
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

  test('at least 13 of 15 get CPU and memory without a person', () => {
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

  test('what is not sized without a person says why, in a sentence', async () => {
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

  test('what asks for too little is raised at once, and nobody is asked', () => {
    for (const name of ['lean', 'importer'])
      assert.deepEqual(world.statusOf(name)?.pending, undefined, JSON.stringify(world.statusOf(name)))
  })

  test('kubectl get rec tells what the Pods ask for, and what was learned', () => {
    for (const when of ['before', 'after'] as const)
      assert.deepEqual(untrueOfTable(screen.textOf(when, 'get-rec'), world, when), [])
  })

  test('explain tells what its Pod carries, what a new Pod gets, and what was used', () => {
    for (const when of ['before', 'after'] as const)
      assert.deepEqual(untrueOfExplained(screen.explained(when), world, when), [])
  })

  test('the report tells what the Pods reserve, and what was used', () => {
    for (const when of ['before', 'after'] as const)
      assert.deepEqual(untrueOfReport(JSON.parse(screen.textOf(when, 'report-json')), world, when), [])
  })

  test('Events and changelogs tell what the Pods had, and what new ones have', () => {
    assert.deepEqual(untrueOfChanges(world), [])
  })

  test('the dashboard shows what the Pods carry', () => {
    for (const when of ['before', 'after'] as const)
      assert.deepEqual(untrueOfDashboard(screen.shown(when), world, when), [])
  })
})
