// The golden Pods on a real API server: if it accepts a Pod as written, it accepts the patched Pod.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { admitGolden, type Golden, type GoldenPod, golden, goldenNames } from '../../golden/cases.ts'
import { controlPlaneObstacle, until } from '../harness/index.ts'
import { type Administered, startAdministered } from '../support/admin.ts'
import { makeNamespace } from '../support/namespace.ts'
import { dryRunCreate } from './pods.ts'

const judged = goldenNames()
  .map(golden)
  .filter(({ apiServer }) => apiServer !== 'unasked')

describe('golden Pods, created in a real cluster', { skip: controlPlaneObstacle() ?? false }, () => {
  let cluster: Administered

  before(async () => {
    // There are no controllers, so this test writes the usage of quotas.
    cluster = await startAdministered({ controllers: false })
  })
  after(() => cluster?.stop())

  for (const one of judged) {
    test(`${one.name}: ${one.apiServer === 'accepts' ? 'accepted as written, and patched' : 'refused as written'}`, async () => {
      const namespace = one.name
      await surround(cluster, namespace, one)
      const asWritten = await dryRunCreate(cluster.api, namespace, bound(one.pod))
      assert.equal(asWritten.status === 201 ? 'accepts' : 'refuses', one.apiServer, asWritten.text)
      if (one.apiServer === 'refuses') return
      const { after: patched } = admitGolden(one)
      const { status, text, json } = await dryRunCreate(cluster.api, namespace, bound(patched))
      assert.equal(status, 201, text)
      // The patch left nothing for the API server's defaults.
      assert.deepEqual(written(resourcesOf(json as GoldenPod)), written(resourcesOf(patched)))

      const { limitRanges, quotas, ...alone } = one.cluster
      if (!limitRanges) return
      const { after: ignored } = admitGolden({ ...one, cluster: alone })
      const refused = await dryRunCreate(cluster.api, namespace, bound(ignored))
      assert.equal(
        refused.status,
        403,
        'the learned values would pass even if the LimitRange were ignored: the case shows nothing',
      )
    })
  }
})

async function surround(cluster: Administered, namespace: string, { cluster: given }: Golden): Promise<void> {
  await makeNamespace(cluster, namespace)
  for (const [i, { spec }] of (given.limitRanges ?? []).entries()) {
    await cluster.apply({ apiVersion: 'v1', kind: 'LimitRange', metadata: { name: `limits-${i}`, namespace }, spec })
  }
  for (const [i, { spec, status }] of (given.quotas ?? []).entries()) {
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: `quota-${i}`, namespace }, spec }
    await cluster.apply(quota)
    const path = `/api/v1/namespaces/${namespace}/resourcequotas/${quota.metadata.name}`
    const { json } = await cluster.api.call('GET', path)
    const answer = await cluster.api.call('PUT', `${path}/status`, { ...(json as object), status })
    assert.equal(answer.status, 200, answer.text)
    // Quota admission watches quotas. It accepts everything before it knows a quota, and nothing before the quota has a status.
    const probe = async (resources: object) => {
      const spec = {
        containers: [{ name: 'probe', image: 'probe', resources: { requests: resources, limits: resources } }],
      }
      return await dryRunCreate(cluster.api, namespace, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'probe' },
        spec,
      })
    }
    await until('the quota to be respected', async () => /exceeded quota/.test((await probe(MUCH)).text))
    await until('the quota to be known', async () => (await probe(LITTLE)).status === 201)
  }
}

const LITTLE = { cpu: '1m', memory: '1Mi' }
const MUCH = { cpu: '1000', memory: '1000Ti' }

/** Without the volume with a random name. */
function bound(pod: GoldenPod): object {
  return { ...pod, spec: { ...pod.spec, automountServiceAccountToken: false } }
}

type Resources = Record<'requests' | 'limits', Record<string, string> | undefined>

function resourcesOf({ spec }: GoldenPod): [string, Resources][] {
  const all = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])]
  return all.map(({ name, resources }) => [name!, (resources ?? {}) as Resources])
}

/** The API server defaults a missing request to the limit. */
function written(all: [string, Resources][]): object {
  return Object.fromEntries(
    all.map(([name, { requests, limits }]) => [name, { requests: { ...limits, ...requests }, limits: limits ?? {} }]),
  )
}
