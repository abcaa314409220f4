import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { ExperimentSpec, type ExperimentStatus, SizingPolicySpec } from '../../src/api/index.ts'
import { ExperimentProposals } from '../../src/controller/experiment-proposals.ts'
import { Fleet } from '../../src/fleet/index.ts'
import type { KnownExperiment } from '../../src/informers/index.ts'
import { PolicyIndex } from '../../src/policy/index.ts'
import { readResources } from '../../src/resources/index.ts'
import type { SloReading } from '../../src/slos/index.ts'
import { FakeTime } from '../clock/fake-time.ts'
import { controllerContext } from './context.ts'
import { podOf, SIGNAL } from './reconciling.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const TARGET = { namespace: 'staging', kind: 'StatefulSet', name: 'web' }
const PRODUCTION = { namespace: 'shop', kind: 'StatefulSet', name: 'web' }

test('the workload of an ended experiment gets its best configuration', async (t) => {
  const { turn, proposals } = await proposing(t)
  await turn()
  assert.deepEqual(requestOf(proposals, TARGET), '400m')
  assert.equal(proposals.of(PRODUCTION).length, 0)
})

test('of two experiments of one workload, the last one that ended counts', async (t) => {
  const { turn, proposals, experiments, time } = await proposing(t)
  const later = { ...ended(time), configuration: { 'web/app cpu': 0.6 } }
  experiments.unshift(experiment({ name: 'later', status: { ...later, endedAt: iso(time.now() + 1000) }, cpu: 0.6 }))
  await turn()
  assert.equal(requestOf(proposals, TARGET), '600m')
})

describe('a workload in production', () => {
  test('must accept Experiments of the namespace, as the condition Proposed says', async (t) => {
    const { turn, proposals } = await proposing(t, { applyTo: true, accepts: ['qa'] })
    assert.match((await turn())!.message, /no SizingPolicy for StatefulSet web in shop accepts Experiments of staging/)
    assert.equal(proposals.of(PRODUCTION).length, 0)
  })

  test('must run in a namespace that Plimsoll follows; the condition does not reveal whether it does', async (t) => {
    const { turn } = await proposing(t, { applyTo: true, runs: false })
    const absent = await turn()
    const { turn: other } = await proposing(t, { applyTo: true, accepts: [] })
    assert.deepEqual(absent, await other())
  })

  test('must have an SLO that counts its requests', async (t) => {
    const { turn, slos, time } = await proposing(t, { applyTo: true })
    slos.length = 0
    await turn()
    time.advance(HOUR)
    assert.equal(await turn(), undefined)
    slos.push(reading(40 * 3600))
    assert.equal((await turn())!.reason, 'RateNotYetKnown')
  })

  test('gets values only after its requests were counted for a day, and then for its busiest hour', async (t) => {
    const { turn, proposals, slos, time } = await proposing(t, { applyTo: true })
    assert.equal((await turn())!.reason, 'RateUnknown')
    time.advance(HOUR)
    assert.equal((await turn())!.reason, 'RateNotYetKnown')
    time.advance(DAY / 2)
    slos.splice(0, 1, reading(40 * 3600))
    await turn()
    time.advance(DAY / 2)
    slos.splice(0, 1, reading(5 * 3600))
    const condition = (await turn())!
    assert.equal(condition.reason, 'Proposed')
    // 40 requests/s, of 50 that were tried.
    assert.match(condition.message, /^app cpu 32\dm memory 200Mi \(CPU x 0\.80: /)
    assert.match(requestOf(proposals, PRODUCTION)!, /^32\dm$/)
  })

  test('gets nothing any more when it is busier than the experiment', async (t) => {
    const { turn, proposals, slos, time } = await proposing(t, { applyTo: true })
    await turn()
    time.advance(HOUR)
    await turn()
    time.advance(DAY)
    await turn()
    assert.equal(proposals.of(PRODUCTION).length, 1)
    slos.splice(0, 1, reading(60 * 3600))
    assert.equal((await turn())!.reason, 'LoadAboveExperiment')
    assert.equal(proposals.of(PRODUCTION).length, 0)
  })

  test('keeps its busiest hour while it does not run, and an hour with few Pods is not busy', async (t) => {
    const { turn, proposals, fleet, slos, time } = await proposing(t, { applyTo: true })
    const more = [1, 2, 3].map((i) => ({ ...withContainer('shop'), uid: `web-${i}`, name: `web-${i}` }))
    for (const pod of more) fleet.putPod(pod)
    await turn()
    time.advance(HOUR)
    slos.splice(0, 1, reading(4 * 40 * 3600))
    await turn()
    for (const pod of more) fleet.deletePod(pod)
    await turn()
    fleet.replacePods('shop', [])
    assert.equal((await turn())!.reason, 'NotAccepted')
    slos.splice(0, 1, reading(3600))
    time.advance(DAY)
    fleet.putPod(withContainer('shop'))
    assert.equal((await turn())!.reason, 'Proposed')
    assert.match(requestOf(proposals, PRODUCTION)!, /^32\dm$/)
  })

  test('gets nothing any more if a later experiment has another answer', async (t) => {
    const { turn, proposals, experiments, time } = await proposing(t, { applyTo: true })
    await turn()
    time.advance(HOUR)
    await turn()
    time.advance(DAY)
    await turn()
    assert.deepEqual([proposals.of(PRODUCTION).length, proposals.of(TARGET).length], [1, 1])
    const status = { ...experiments[0]!.status, verdict: 'nothingMeetsLimits' as const, endedAt: iso(time.now()) }
    experiments.push({ ...experiments[0]!, name: 'later', status })
    await turn()
    assert.deepEqual([proposals.of(PRODUCTION).length, proposals.of(TARGET).length], [0, 0])
  })

  test('is reported once: an unchanged condition is not written again', async (t) => {
    const { turn } = await proposing(t, { applyTo: true })
    assert.ok(await turn())
    assert.equal(await turn(), undefined)
  })

  test('gets nothing after a month', async (t) => {
    const { turn, proposals, time } = await proposing(t, { applyTo: true })
    await turn()
    time.advance(HOUR)
    await turn()
    time.advance(31 * DAY)
    assert.equal((await turn())!.reason, 'Expired')
    assert.equal(proposals.of(PRODUCTION).length, 0)
  })
})

describe('what trials show of a workload', () => {
  test('is known for the workload of the experiment, and for one in production that accepts it', async (t) => {
    const { turn, proposals } = await proposing(t, { applyTo: true })
    await turn()
    for (const workload of [TARGET, PRODUCTION]) {
      const { key, trials } = proposals.trialsOf(workload, 'app')!
      assert.match(key, /^staging\/exp /)
      assert.deepEqual(
        trials.map(({ load, cores }) => [load, cores]),
        [[50, 0.4]],
      )
    }
  })

  test('is not known where production does not accept it', async (t) => {
    const { turn, proposals } = await proposing(t, { applyTo: true, accepts: ['qa'] })
    await turn()
    assert.equal(proposals.trialsOf(PRODUCTION, 'app'), undefined)
  })
})

async function proposing(t: TestContext, { applyTo = false, accepts = ['staging'], runs = true } = {}) {
  const time = new FakeTime()
  const experiments: KnownExperiment[] = [experiment({ name: 'exp', status: ended(time), applyTo })]
  const { context, calls } = await controllerContext(t, (call) => call.reply(200, JSON.parse(call.body)), {}, time)
  const fleet = new Fleet('plimsoll')
  const policies = new PolicyIndex(context.cluster)
  policies.put('shop', { name: 'all', spec: SizingPolicySpec.parse({ experiments: { from: accepts } }) })
  for (const namespace of runs ? ['staging', 'shop'] : ['staging']) {
    fleet.setMode(namespace, 'observe')
    fleet.replacePods(namespace, [])
    fleet.putPod(withContainer(namespace))
  }
  const slos: SloReading[] = [reading(40 * 3600)]
  const options = { ...context, fleet, policies, experiments: { all: () => experiments } }
  const proposals = new ExperimentProposals({ ...options, slos: { readingsOf: () => slos } })
  /** @returns the condition that was written */
  const turn = async () => {
    await proposals.run(SIGNAL)
    const [written] = calls.splice(0).filter(({ method }) => method === 'PATCH')
    if (!written) return undefined
    const status = JSON.parse(written.body).status as ExperimentStatus
    experiments.splice(0, 1, { ...experiments[0]!, status: { ...experiments[0]!.status, ...status } })
    return status.conditions?.[0]
  }
  return { turn, proposals, experiments, fleet, slos, time }
}

function withContainer(namespace: string) {
  const resources = readResources({ requests: { cpu: '500m', memory: '256Mi' } })
  return { ...podOf('web', namespace, ['app']), author: new Map([['app', resources]]) }
}

function reading(total: number): SloReading {
  const requests = { bad: 0, total }
  return {
    objective: { name: 'web', kind: 'latency', budget: 0.05, windowSeconds: 3600, text: '' },
    ...{ state: 'Found', readAtSeconds: 0, burn: { long: requests, short: requests } },
  }
}

function experiment({ name = 'exp', status = {} as ExperimentStatus, applyTo = false, cpu = 0.4 }): KnownExperiment {
  const spec = ExperimentSpec.parse({
    target: 'statefulset/web',
    loads: [{ name: 'peak', http: { url: 'http://web', rate: 100 } }],
    ...(applyTo && { applyTo: { namespace: 'shop' } }),
  })
  const point = status.points?.balanced
  const configuration = { 'web/app cpu': cpu, 'web/app memory': 200 * 2 ** 20 }
  const points = point && { balanced: { ...point, configuration } }
  const trials = status.trials?.map((trial) => ({ ...trial, configuration }))
  return { namespace: 'staging', name, generation: 1, spec, status: { ...status, points, trials } }
}

function ended(time: FakeTime): ExperimentStatus {
  const at = iso(time.now())
  const latencyMilliseconds = { p50: 1, p90: 2, p95: 3, p99: 4, max: 5 }
  const loads = [{ load: 'peak', requests: 3000, failed: 0, requestsPerSecond: 50, latencyMilliseconds }]
  const point = {
    ...{ configuration: {}, trials: 2, costPerHour: 1, probabilityOfMeeting: 0.97 },
    latencyMilliseconds: { expected: 1, low: 1, high: 1 },
  }
  return {
    ...{ phase: 'Completed', verdict: 'cheaper', endedAt: at, points: { balanced: point } },
    trials: [
      {
        ...{ number: 1, why: 'search', configuration: {}, outcome: 'completed', costPerHour: 1, loads },
        ...{ startedAt: at, endedAt: at },
      },
    ],
  } as ExperimentStatus
}

function requestOf(proposals: ExperimentProposals, workload: typeof TARGET): string | undefined {
  return proposals.of(workload)[0]?.containers[0]?.cpu?.request
}

function iso(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`
}
