// The plain manifests and the Kustomize base on a real API server.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { controlPlaneObstacle, programPath } from '../harness/index.ts'
import { type Administered, startAdministered } from '../support/admin.ts'

const ROOT = join(import.meta.dirname, '../../..')

describe('plain manifests', { skip: controlPlaneObstacle() ?? false }, () => {
  let cluster: Administered
  let base: string
  before(async () => {
    cluster = await startAdministered({ controllers: false })
    base = join(cluster.directory, 'base')
    const values = [
      'image.repository=registry.example.com/plimsoll',
      'dashboard.enabled=true',
      'dashboard.ingress.enabled=true',
    ]
    const args = ['scripts/manifests.ts', base, 'sizing', ...values.flatMap((value) => ['--set', value])]
    await promisify(execFile)(process.execPath, args, {
      cwd: ROOT,
      env: { ...process.env, HELM: await programPath('helm') },
    })
  })
  after(() => cluster?.stop())

  const apply = () => cluster.kubectl(['apply', '--server-side', '--kustomize', base])
  const versions = async () =>
    await cluster.kubectl([
      'get',
      'deployment,service,configmap,role,ingress,mutatingwebhookconfiguration,validatingadmissionpolicy,crd',
      '--all-namespaces',
      '--selector=app.kubernetes.io/part-of=plimsoll',
      '--output=jsonpath={range .items[*]}{.kind} {.metadata.name} {.metadata.generation}{"\\n"}{end}',
    ])

  test('are applied to their namespace, and change nothing when they are applied again', async () => {
    await apply()
    const first = await versions()
    for (const expected of [
      'Deployment plimsoll ',
      'Deployment plimsoll-dashboard ',
      'Ingress plimsoll-dashboard ',
      'MutatingWebhookConfiguration plimsoll ',
    ])
      assert.ok(first.includes(expected), `${expected}\n${first}`)
    await apply()
    assert.equal(await versions(), first)
    const accounts = await cluster.kubectl(['get', 'serviceaccount', '--namespace=sizing', '--output=name'])
    assert.match(accounts, /plimsoll-learner/)
  })

  test('register the webhook of that namespace, and restrict the learner of that namespace by policies', async () => {
    const registration = await cluster.kubectl(['get', 'mutatingwebhookconfiguration', 'plimsoll', '--output=json'])
    for (const { clientConfig } of JSON.parse(registration).webhooks)
      assert.equal(clientConfig.service.namespace, 'sizing')
    const policy = await cluster.kubectl(['get', 'validatingadmissionpolicy', 'plimsoll-apply', '--output=json'])
    assert.match(policy, /system:serviceaccount:sizing:plimsoll-learner/)
  })
})
