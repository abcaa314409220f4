import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { FleetKeeper } from '../../src/dashboard/fleet/keeper.ts'
import { overviewFor } from '../../src/dashboard/fleet/overview.ts'
import { type FleetInsight, restrict } from '../../src/insight/index.ts'
import { createLogger } from '../../src/telemetry/index.ts'
import { madeFleet } from './made-fleet.ts'
import { OWNER } from './serve.ts'

const silent = createLogger('silent')

function keeping(read: () => Promise<FleetInsight>) {
  const time = { now: 1_000_000 }
  let readings = 0
  const counted = () => {
    readings++
    return read()
  }
  return { time, keeper: new FleetKeeper(counted, () => time.now, silent), readings: () => readings }
}

describe('the fleet', () => {
  test('is read when somebody looks, once for all who do, and again when it has got old', async () => {
    const fleet = madeFleet(2)
    const { time, keeper, readings } = keeping(async () => fleet)
    const all = await Promise.all([keeper.known(), keeper.known(), keeper.known()])
    assert.ok(all.every(({ insight }) => insight === fleet))
    await keeper.known()
    assert.equal(readings(), 1)
    time.now += 15_001
    await keeper.known()
    assert.equal(readings(), 2)
  })

  test('shows a decision to every later request, even if a reading had begun before it', async () => {
    let state = madeFleet(1)
    const decide = () => {
      state = madeFleet(1)
      keeper.expire()
    }
    const began: PromiseWithResolvers<void>[] = []
    const { time, keeper, readings } = keeping(async () => {
      const seen = state
      const going = Promise.withResolvers<void>()
      began.push(going)
      await going.promise
      return seen
    })
    const turn = () => new Promise(setImmediate)
    /** Somebody looks, and what is read then is there a turn later. */
    const shown = async () => {
      const looking = keeper.current()
      await turn()
      began.at(-1)!.resolve()
      return (await looking).insight
    }
    assert.equal(await shown(), state)
    decide()
    assert.equal(await shown(), state)
    assert.equal(await shown(), state)
    assert.equal(readings(), 2)

    time.now += 15_001
    await keeper.current()
    assert.equal(readings(), 3)
    decide()
    const looking = [keeper.current(), keeper.current()]
    began.at(-1)!.resolve()
    await turn()
    assert.equal(readings(), 4)
    began.at(-1)!.resolve()
    for (const { insight } of await Promise.all(looking)) assert.equal(insight, state)
    assert.equal(await shown(), state)
    assert.equal(readings(), 4)
  })

  test('is not read for each of many decisions: who decides need not see what came of the last one', async () => {
    const { keeper, readings } = keeping(async () => madeFleet(1))
    await keeper.current()
    for (let i = 0; i < 10; i++) {
      await keeper.known()
      keeper.expire()
    }
    assert.equal(readings(), 1)
    await keeper.current()
    assert.equal(readings(), 2)
  })

  test('is read the more seldom the longer that takes', async () => {
    const fleet = madeFleet(2)
    const { time, keeper, readings } = keeping(async () => {
      time.now += 6_000
      return fleet
    })
    await keeper.known()
    time.now += 59_000
    await keeper.known()
    assert.equal(readings(), 1)
    time.now += 2_000
    await keeper.known()
    assert.equal(readings(), 2)
  })

  test('is shown as it was if it cannot be refreshed, with the time and the reason; if it was never read, the page says so', async () => {
    let broken = true
    const { time, keeper } = keeping(async () => {
      if (broken) throw new Error('the API server is away')
      return madeFleet(2)
    })
    await assert.rejects(keeper.known(), /the workloads cannot be read: the API server is away/)
    broken = false
    time.now += 5_001
    assert.equal((await keeper.known()).stale, undefined)
    broken = true
    time.now += 20_000
    await keeper.known()
    const failedAt = time.now
    time.now += 30_000
    await keeper.known()
    const { stale } = await keeper.known()
    assert.deepEqual(stale, { since: new Date(failedAt), says: 'the API server is away' })
  })

  test('is as small as a page needs it: 5,000 workloads in two megabytes', async () => {
    const known = { insight: madeFleet(5000), readAt: new Date() }
    const overview = await overviewFor(OWNER, known)
    assert.equal(overview.rows.length, known.insight.workloads.length)
    assert.ok(JSON.stringify(overview).length < 2.5e6)
  })

  test('is shown as of the time when the learner published it, with a note if that is long ago', async () => {
    const note = { code: 'NotCurrent', says: 'The learner is silent.', act: 'See why.' } as const
    const secretive = { code: 'NotReadable', says: 'vault could not be read.' } as const
    const insight = { ...madeFleet(2), notes: [note, secretive] }
    const partly = { ...OWNER, seen: async () => new Set(['team-0']) }
    const { notes, readAt, stale } = await overviewFor(partly, { insight, readAt: new Date() })
    assert.deepEqual([notes, readAt], [[], insight.time])
    assert.deepEqual(stale, { since: insight.time, says: 'The learner is silent. See why.' })
  })

  test('has the nodes of the cluster for people who see all namespaces, and for nobody else', async () => {
    const groups = [{ group: 'spot', present: 3, needed: { current: 3, applied: 2, learned: 1 } }]
    const insight = madeFleet(2, [], { time: '2026-06-01T12:00:00Z', groups })
    const known = { insight, readAt: new Date() }
    assert.deepEqual((await overviewFor(OWNER, known)).nodes, insight.nodes)
    assert.equal(insight.nodes?.groups, groups)
    const partly = { ...OWNER, seen: async () => new Set(['team-0']) }
    assert.equal((await overviewFor(partly, known)).nodes, undefined)
    assert.equal('nodes' in restrict(insight, () => true), false)
  })

  test('shows the changes of waiting workloads, and only figures of the others', async () => {
    const { rows } = await overviewFor(OWNER, { insight: madeFleet(20), readAt: new Date() })
    const asks = rows.find(({ name }) => name === 'service-7')!
    assert.equal(asks.waiting, 'Pending')
    assert.deepEqual(
      asks.offer?.map(({ container, resource }) => `${container} ${resource}`),
      ['app cpu', 'app memory'],
    )
    const [cpu] = asks.offer!
    assert.ok(cpu!.then < cpu!.now!)
    assert.equal(rows.find(({ name }) => name === 'service-1')!.offer, undefined)
  })
})
