import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { startReceiver } from './capture/receiver.ts'
import {
  CertificateAuthority,
  type ControlPlane,
  controlPlaneObstacle,
  startControlPlane,
  until,
} from './harness/index.ts'
import { awaitServed } from './support/crds.ts'

describe('a control plane without a node', { skip: controlPlaneObstacle() ?? false }, () => {
  let cluster: ControlPlane
  before(async () => {
    cluster = await startControlPlane()
  })
  after(() => cluster?.stop())

  it('is ready and reports its version of Kubernetes', async () => {
    assert.equal(await cluster.kubectl(['get', '--raw', '/readyz']), 'ok')
    assert.match(cluster.version, /^v1\.\d+\.\d+/)
  })

  it('serves a custom resource and enforces its CEL rules', async () => {
    await cluster.apply(berthDefinition)
    await awaitServed(cluster, 'berths.test.plimsoll.dev')
    const berth = (metres: number) => ({
      apiVersion: 'test.plimsoll.dev/v1',
      kind: 'Berth',
      metadata: { name: 'north', namespace: 'default' },
      spec: { metres },
    })
    await cluster.apply(berth(120))
    assert.equal(await cluster.kubectl(['get', 'berth', 'north', '-o', 'jsonpath={.spec.metres}']), '120')
    await assert.rejects(cluster.apply(berth(-1)), /a berth has a length/)
  })

  it('lets its controllers create the Pods of a Deployment, which stay Pending', async () => {
    await cluster.kubectl(['create', 'deployment', 'ferry', '--image=registry.example.com/ferry:1'])
    const phase = await until('a Pod of the Deployment', async () => {
      const arguments_ = ['get', 'pods', '-l', 'app=ferry', '-o', 'jsonpath={.items[*].status.phase}']
      return (await cluster.kubectl(arguments_)) || undefined
    })
    assert.equal(phase, 'Pending')
  })

  it('calls an admission webhook at a URL on 127.0.0.1', async () => {
    const authority = await CertificateAuthority.create(join(cluster.directory, 'test'), 'test')
    const receiver = await startReceiver(authority)
    try {
      await cluster.apply(receiver.registration('test'))
      await until('the webhook to be called', async () => {
        await cluster.kubectl(['run', 'barge', '--image=registry.example.com/barge:1', '--dry-run=server'])
        return receiver.reviews.length > 0
      })
      assert.equal(receiver.reviews[0]?.request.kind.kind, 'Pod')
      assert.equal(receiver.reviews[0]?.request.dryRun, true)
    } finally {
      await cluster.kubectl(['delete', 'mutatingwebhookconfiguration', 'test'])
      receiver.close()
    }
  })

  it('provides Helm with access to it', async () => {
    assert.equal(await cluster.helm(['list', '--all-namespaces', '--output=json']), '[]\n')
  })

  it('keeps its data and its address when the API server is restarted', async () => {
    await cluster.kubectl(['create', 'configmap', 'log', '--from-literal=entry=1'])
    await cluster.restartApiServer()
    assert.equal(await cluster.kubectl(['get', 'configmap', 'log', '-o', 'jsonpath={.data.entry}']), '1')
  })
})

const berthDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'berths.test.plimsoll.dev' },
  spec: {
    group: 'test.plimsoll.dev',
    scope: 'Namespaced',
    names: { kind: 'Berth', plural: 'berths', singular: 'berth' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: { metres: { type: 'integer' } },
                'x-kubernetes-validations': [{ rule: 'self.metres > 0', message: 'a berth has a length' }],
              },
            },
          },
        },
      },
    ],
  },
}
