import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ActionError, actorOf, freeze, restart, restartableType, targetOf, unfreeze } from '../../src/actions/index.ts'
import type { KubeClient } from '../../src/kube/index.ts'

/** Somebody whose API server has one object, and takes every patch. */
function actorWith(object: object) {
  const patches: { readonly name: string; readonly body: unknown; readonly options: unknown }[] = []
  const client = {
    get: async () => object,
    mergePatch: async (_type: unknown, { name }: { readonly name: string }, body: unknown, options: unknown) => {
      patches.push({ name, body, options })
    },
  } as unknown as KubeClient
  return { actor: actorOf(client, 'tester'), patches }
}

test('a restart changes an annotation of the Pod template, as kubectl rollout restart does', async () => {
  const { actor, patches } = actorWith({ spec: {} })
  assert.match(await restart(actor, targetOf('deployment/web', 'shop'), true), /are being replaced/)
  const [{ name, body, options }] = patches as [(typeof patches)[number]]
  assert.equal(name, 'web')
  assert.deepEqual(options, { dryRun: true, fieldManager: 'tester' })
  const { annotations } = (body as { spec: { template: { metadata: { annotations: object } } } }).spec.template.metadata
  assert.match(JSON.stringify(annotations), /^\{"kubectl.kubernetes.io\/restartedAt":"[0-9T:-]+Z"\}$/)
})

test('an Argo Rollout is restarted by its own field', async () => {
  const { actor, patches } = actorWith({ spec: {} })
  await restart(actor, targetOf('rollout/web', 'shop'))
  assert.match(JSON.stringify(patches[0]?.body), /^\{"spec":\{"restartAt":"[0-9T:-]+Z"\}\}$/)
})

test('with updateStrategy OnDelete, a restart says that Pods have to be deleted', async () => {
  const { actor } = actorWith({ spec: { updateStrategy: { type: 'OnDelete' } } })
  assert.match(await restart(actor, targetOf('sts/db', 'shop')), /when you delete it/)
})

test('a workload that is paused or makes no new Pods is not restarted, and a CronJob needs no restart', async () => {
  const { actor, patches } = actorWith({ spec: { paused: true } })
  await assert.rejects(restart(actor, targetOf('deployment/web', 'shop')), ActionError)
  await assert.rejects(restart(actor, targetOf('job/once', 'shop')), /does not replace its Pods/)
  assert.match(await restart(actor, targetOf('cronjob/nightly', 'shop')), /nothing to restart/)
  assert.deepEqual(patches, [])
})

test('only kinds that replace their own Pods are offered for a restart', () => {
  const kinds = [
    'Deployment',
    'StatefulSet',
    'DaemonSet',
    'Rollout',
    'CronJob',
    'Job',
    'ReplicaSet',
    'TaskRun.tekton.dev',
  ]
  assert.deepEqual(
    kinds.filter((kind) => restartableType(kind)),
    ['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout'],
  )
})

test('a freeze replaces the one before it, with its end, and unfreeze removes both', async () => {
  const { actor, patches } = actorWith({})
  await freeze(actor, 'shop', { reason: 'sale', until: '2026-12-01T00:00:00Z' })
  await freeze(actor, 'shop', { dryRun: true })
  await unfreeze(actor, 'shop')
  const annotations = (freeze: string | null, until: string | null) => ({
    metadata: { annotations: { 'plimsoll.dev/freeze': freeze, 'plimsoll.dev/freeze-until': until } },
  })
  assert.deepEqual(patches, [
    {
      name: 'shop',
      body: annotations('sale', '2026-12-01T00:00:00Z'),
      options: { dryRun: false, fieldManager: 'tester' },
    },
    { name: 'shop', body: annotations('', null), options: { dryRun: true, fieldManager: 'tester' } },
    { name: 'shop', body: annotations(null, null), options: { dryRun: false, fieldManager: 'tester' } },
  ])
})
