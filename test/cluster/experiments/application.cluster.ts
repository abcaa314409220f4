// An application of two services from `kubectl plimsoll try` to the Pods of production: one limit, with short trials.
// `npm run test:experiments` holds three limits against a sweep.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { ExperimentStatus } from '../../../src/api/index.ts'
import { helmObstacle } from '../../chart/helm.ts'
import { clusterObstacle, until } from '../harness/index.ts'
import { say } from '../loop/report.ts'
import { awaitStatus, restartUntil } from '../loop/sight.ts'
import { assertCarries, carries } from '../loop/sized.ts'
import { startLoad } from '../slo/load.ts'
import { servicePods } from '../slo/service.ts'
import { scrapePods } from '../slo/world.ts'
import { runCommand } from '../support/command-line.ts'
import { makeNamespace } from '../support/namespace.ts'
import { deployApplication, RATE, SERVICES, workloadOf } from './application.ts'
import { NAMESPACE } from './installed.ts'
import { measureP95 } from './measure.ts'
import { authored, bestOf, hourlyPrice, storedOf, tryApplication } from './trying.ts'
import { startWorld, type World } from './world.ts'

const PRODUCTION = 'shop'
const CHECKOUT = workloadOf(PRODUCTION, 'checkout')
const LIMIT = { limitMilliseconds: 80, seconds: 8, trials: 8 }
/** What the author reserves. */
const BASELINE = hourlyPrice(1, { checkout: 128, cart: 256 })
/** Production has half the load of the experiment. */
const PRODUCTION_RATE = RATE / 2

describe('an application of two services', {
  skip: clusterObstacle('k6', 'service') ?? helmObstacle() ?? false,
}, () => {
  let world: World
  let status: ExperimentStatus

  before(async () => {
    world = await startWorld()
  })
  after(async () => await world?.stop())

  test('is made cheaper by one command, and is as it was before afterwards', async () => {
    const { cluster } = world
    const url = await deployApplication(cluster, NAMESPACE)
    const originals = await Promise.all(SERVICES.map((name) => authored(cluster, name)))
    const report = await tryApplication(cluster, `${url}@${RATE}/s`, LIMIT, ['--apply-to', PRODUCTION])
    status = await storedOf(cluster, report)
    assert.equal(status.verdict, 'cheaper')
    const { price, cores, memoryMiB } = bestOf(status)
    say(`best: ${JSON.stringify({ cores, memoryMiB })} at ${((100 * price) / BASELINE).toFixed(0)} % of the baseline`)
    assert.ok(price < 0.85 * BASELINE, `${price} of ${BASELINE}`)
    assert.deepEqual(await Promise.all(SERVICES.map((name) => authored(cluster, name))), originals)
    const stored = status.originals!.map(({ spec }) => JSON.parse(spec))
    assert.deepEqual(
      originals.map((original) => (original as { spec: object }).spec),
      stored,
    )
    assert.ok((await measureP95(cluster, NAMESPACE, url, 5)) < LIMIT.limitMilliseconds)
  })

  test('gets what was found in production through approval, and its next Pods carry it', async () => {
    const { cluster, prometheus } = world
    await cluster.kubectl(['scale', 'deployment', '--all', '--replicas=0', `--namespace=${NAMESPACE}`])
    await makeNamespace(cluster, PRODUCTION, 'approve')
    const url = await deployApplication(cluster, PRODUCTION)
    scrapePods(prometheus, await servicePods(cluster, CHECKOUT))
    const slo = { name: 'checkout', latency: { percentile: 95, below: '250ms' }, from: { preset: { name: 'http' } } }
    await cluster.apply({
      ...{ apiVersion: 'plimsoll.dev/v1alpha1', kind: 'SizingPolicy' },
      metadata: { name: 'all', namespace: PRODUCTION },
      spec: { slos: [slo], experiments: { from: [NAMESPACE] }, limits: { cpu: 'ratio' } },
    })
    const load = await startLoad(cluster, url, PRODUCTION_RATE)
    const asked = ({ pending }: { pending?: { source?: string } | undefined }) => pending?.source === 'experiment'
    const { pending } = await awaitStatus(cluster, CHECKOUT, 'the proposal to be pending', asked)
    const approve = ['approve', 'deployment/checkout', '-n', PRODUCTION]
    const { status: exit, stdout, stderr } = await runCommand(cluster.kubeconfig, approve)
    assert.equal(exit, 0, stdout + stderr)
    const { applied } = await awaitStatus(
      cluster,
      CHECKOUT,
      'the approved revision to be applied',
      ({ applied }) => applied?.revision === pending!.revision,
    )
    const [pod] = await restartUntil(cluster, CHECKOUT, 'the revision', carries(applied!.revision))
    assertCarries(pod!, applied!)
    const { cores, memoryMiB } = bestOf(status)
    const { cpu, memory } = applied!.containers[0]!
    say(
      `production has cpu ${cpu?.request} and memory ${memory?.request}; the experiment found ${JSON.stringify([cores.checkout, memoryMiB.checkout])}`,
    )
    assert.equal(memory?.request, `${memoryMiB.checkout}Mi`)
    const message = await until('the condition Proposed', async () => {
      const experiment = await cluster.kubectl(['get', 'experiments', '-n', NAMESPACE, '-o', 'json'])
      const [{ status }] = JSON.parse(experiment).items as [{ status: ExperimentStatus }]
      return status.conditions?.find(({ type, status }) => type === 'Proposed' && status === 'True')?.message
    })
    assert.match(message, /Deployment checkout in shop/)
    await load.stop()
  })
})
