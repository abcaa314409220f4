// Preview environments of one application: a new one begins with what the others showed, also where these are gone.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { parseQuantity, toNumber } from '../../../src/resources/index.ts'
import type { Workload } from '../../../src/workloads/index.ts'
import { type MadePod, madeSeries } from '../../prometheus/made-series.ts'
import { type RealPrometheus, startPrometheus, whyNoPrometheus } from '../../prometheus/real-prometheus.ts'
import { type ControlPlane, controlPlaneObstacle, startControlPlane, until } from '../harness/index.ts'
import { awaitStatus, podsOf } from '../loop/sight.ts'
import { makeNamespace } from '../support/namespace.ts'
import { type Plimsoll, startPlimsoll } from '../support/plimsoll.ts'

const MIB = 2 ** 20
const DAYS = 7
const EXPERIENCED = ['pr-1', 'pr-2', 'pr-3', 'pr-4']
const TENANT = 'shop'
const LABELS = { app: 'checkout', 'app.kubernetes.io/name': 'checkout' }
const PATIENTLY = { timeoutMilliseconds: 120_000, everyMilliseconds: 500 }

const checkoutIn = (namespace: string): Workload => ({ namespace, kind: 'StatefulSet', name: 'checkout' })

function statefulSetIn(namespace: string): object {
  const resources = { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '1Gi' } }
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'checkout', namespace },
    spec: {
      replicas: 1,
      serviceName: 'checkout',
      selector: { matchLabels: { app: LABELS.app } },
      template: {
        metadata: { labels: LABELS },
        spec: { containers: [{ name: 'app', image: 'checkout:1', resources }] },
      },
    },
  }
}

/** Uses 50 millicores and 80 MiB. @param seconds how long it has been there */
function usageIn(namespace: string, seconds: number): MadePod {
  return {
    ...{ namespace, pod: 'checkout-0', owner: ['StatefulSet', 'checkout'], agoSeconds: [seconds, 0] },
    containers: [{ name: 'app', cores: 0.05, bytes: 80 * MIB }],
  }
}

describe('preview environments of one application', {
  skip: controlPlaneObstacle() ?? whyNoPrometheus() ?? false,
}, () => {
  let cluster: ControlPlane
  let store: RealPrometheus
  let plimsoll: Plimsoll

  before(async () => {
    cluster = await startControlPlane()
    store = await startPrometheus(
      madeSeries({
        ...{ endSeconds: Math.floor(Date.now() / 60_000) * 60, days: DAYS },
        pods: [
          ...[...EXPERIENCED, 'stranger'].map((namespace) => usageIn(namespace, DAYS * 86_400)),
          usageIn('pr-5', 900),
        ],
      }),
    )
    const settings = {
      learner: { sampleEverySeconds: 2, publishEverySeconds: 2, checkpointEverySeconds: 2 },
      prometheus: { url: store.url },
      profiles: { by: 'label', across: 'tenant' },
    }
    plimsoll = await startPlimsoll(cluster, { settings, learner: true })
  })
  after(async () => {
    await plimsoll?.stop()
    await store?.stop()
    await cluster?.stop()
  })

  async function open(namespace: string, tenant: string): Promise<void> {
    await makeNamespace(cluster, namespace, 'auto')
    await cluster.kubectl(['label', 'namespace', namespace, `plimsoll.dev/tenant=${tenant}`])
    await cluster.apply(statefulSetIn(namespace))
  }
  const learnedIn = async (namespace: string, is: (source?: string) => boolean) => {
    const status = await awaitStatus(
      cluster,
      checkoutIn(namespace),
      `what was learned in ${namespace}`,
      ({ learned }) => is(learned?.source),
    )
    return status.learned!.containers[0]!
  }
  const megabytes = (quantity: string | undefined) => toNumber(parseQuantity(quantity!)!) / MIB

  test('a new one begins with what others showed, of which one is gone and the learner was restarted', async () => {
    for (const namespace of EXPERIENCED) await open(namespace, TENANT)
    for (const namespace of EXPERIENCED) await learnedIn(namespace, (source) => source !== undefined)
    const stored = () =>
      cluster.read<{ status?: { state?: string } }>(
        '/apis/plimsoll.dev/v1alpha1/namespaces/plimsoll/recommendationcheckpoints/profiles',
      )
    await until('the profiles to be stored', async () => (await stored())?.status?.state, PATIENTLY)
    await cluster.kubectl(['delete', 'namespace', EXPERIENCED[0]!, '--timeout=120s'])
    await plimsoll.learner!.kill()
    await plimsoll.startLearner()

    await open('pr-5', TENANT)
    const { cpu, memory, evidence } = await learnedIn('pr-5', (source) => source === 'profile')
    assert.equal(evidence?.memory?.profile?.instances, EXPERIENCED.length)
    assert.ok(megabytes(memory?.request) < 200, `${memory?.request} of memory`)
    assert.ok(toNumber(parseQuantity(cpu!.request)!) < 0.2, `${cpu?.request} of CPU`)
  })

  test('its next Pod carries what is applied, in mode auto', async () => {
    await awaitStatus(
      cluster,
      checkoutIn('pr-5'),
      'an applied revision',
      ({ applied }) => applied?.source === 'profile',
    )
    await cluster.kubectl(['delete', 'pod', 'checkout-0', '--namespace=pr-5', '--grace-period=0', '--force'])
    const pod = await until(
      'a Pod with the applied values',
      async () => {
        const pod = (await podsOf(cluster, checkoutIn('pr-5')))[0]
        if (pod?.metadata.annotations?.['plimsoll.dev/decision']) return pod
        // The webhook learns of the revision a moment later.
        if (pod)
          await cluster.kubectl(['delete', 'pod', 'checkout-0', '--namespace=pr-5', '--grace-period=0', '--force'])
        return false
      },
      PATIENTLY,
    )
    const { requests } = pod.spec.containers[0]!.resources
    assert.ok(megabytes(requests?.memory) < 1024, JSON.stringify(requests))
  })

  test('another tenant gets nothing of it', async () => {
    await open('stranger', 'other')
    const { evidence } = await learnedIn('stranger', (source) => source !== undefined)
    assert.notEqual(evidence?.memory, undefined)
    assert.equal(evidence?.memory?.profile, undefined)
  })
})
