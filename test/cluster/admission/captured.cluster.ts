// Creates the captured Pods through a real API server that calls the real webhook.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { parseAllDocuments } from 'yaml'
import { DECISION_ANNOTATION } from '../../../src/policy/index.ts'
import { identifyWorkload, workloadKey } from '../../../src/workloads/index.ts'
import { admitted, type CapturedPod, captured, labelled, recommendation } from '../../webhook/captured.ts'
import { controlPlaneObstacle, until } from '../harness/index.ts'
import { type Administered, startAdministered } from '../support/admin.ts'
import { makeNamespace } from '../support/namespace.ts'
import { type Plimsoll, startPlimsoll } from '../support/plimsoll.ts'
import { writeApplied } from './applied.ts'
import { dryRunCreate } from './pods.ts'

const FIXTURES = join(import.meta.dirname, '..', '..', 'fixtures', 'admission')
const WORKLOADS = join(import.meta.dirname, '..', 'capture', 'workloads.yaml')
const SERVICE_ACCOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount'

const names = readdirSync(FIXTURES)
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.replace('.json', ''))
const isPodCreation = (name: string) => captured(name).operation === 'CREATE' && captured(name).kind.kind === 'Pod'

describe('captured Pods, created in a real cluster', { skip: controlPlaneObstacle() ?? false }, () => {
  let cluster: Administered
  let plimsoll: Plimsoll

  before(async () => {
    cluster = await startAdministered({ controllers: false })
    plimsoll = await startPlimsoll(cluster)
    for (const namespace of ['shop', 'limited']) await makeNamespace(cluster, namespace, 'auto')
    const limitRange = parseAllDocuments(readFileSync(WORKLOADS, 'utf8'))
      .map((document) => document.toJS())
      .find(({ kind }) => kind === 'LimitRange')
    await cluster.apply(limitRange)
    const known = new Set<string>()
    for (const fixture of names.filter(isPodCreation).flatMap((name) => [captured(name), labelled(name)])) {
      const { metadata } = fixture.object as { metadata: object }
      const workload = identifyWorkload({ ...metadata, namespace: fixture.namespace! })
      if (!workload || known.has(workloadKey(workload))) continue
      const { containers, revision } = recommendation(workload.namespace, workload.kind, workload.name).status!.applied!
      if (admitted(fixture).reasons.includes('NoRecommendation')) continue
      known.add(workloadKey(workload))
      await writeApplied(cluster.client, workload, containers, { revision })
    }
    await until('the webhook to know them all', async () => (await plimsoll.webhook.held()) === known.size)
  })
  after(async () => {
    await plimsoll?.stop()
    await cluster?.stop()
  })

  for (const name of names.filter(isPodCreation)) {
    for (const [whose, fixture] of [
      ['', captured],
      [', under a workload label,', labelled],
    ] as const) {
      test(`${name}${whose} is created as decided`, async (context) => {
        const request = fixture(name)
        const expected = admitted(fixture(name))
        const requestsBefore = await plimsoll.webhook.requests('auto')
        const { status, text, json } = await dryRunCreate(cluster.api, request.namespace!, asWritten(request.object))
        assert.equal(status, 201, text)
        assert.ok((await plimsoll.webhook.requests('auto')) > requestsBefore, 'the webhook was called')
        const pod = json as CapturedPod
        if ((request.object as CapturedPod).spec.resources && !pod.spec.resources) {
          context.skip('this API server drops the resources of a whole Pod, which it does not know: before 1.34')
          return
        }
        assert.deepEqual(resourcesOf(pod), resourcesOf(expected.pod as CapturedPod))
        assert.equal(
          pod.metadata.annotations?.[DECISION_ANNOTATION],
          expected.pod.metadata.annotations?.[DECISION_ANNOTATION],
        )
      })
    }
  }
})

/** Removes what the API server had added before it called the webhook, because it adds that again. */
function asWritten(pod: CapturedPod): object {
  const { managedFields: _, ...metadata } = pod.metadata as Record<string, unknown>
  const { volumes, ...spec } = pod.spec as Record<string, unknown>
  const isOwn = ({ name }: { name?: string }) => !name?.startsWith('kube-api-access-')
  const container = (given: { volumeMounts?: { mountPath: string }[] }) => ({
    ...given,
    volumeMounts: given.volumeMounts?.filter(({ mountPath }) => mountPath !== SERVICE_ACCOUNT_PATH),
  })
  const containers = (list: unknown) =>
    (list as { volumeMounts?: { mountPath: string }[] }[] | undefined)?.map(container)
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: {
      ...spec,
      volumes: (volumes as { name?: string }[] | undefined)?.filter(isOwn),
      initContainers: containers(spec.initContainers),
      containers: containers(spec.containers),
    },
  }
}

function resourcesOf({ spec }: CapturedPod): object {
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])]
  return Object.fromEntries(containers.map(({ name, resources }) => [name, resources]))
}
