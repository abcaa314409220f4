import assert from 'node:assert/strict'
import { test } from 'node:test'
import { observeLoads } from '../../src/experiment-runner/load-objects.ts'
import type { KubeClient } from '../../src/kube/index.ts'
import { experimentNamed } from './model-cluster.ts'

test('objects with the label of an experiment that are of no trial are not looked at', async () => {
  const labelled = (name: string, labels: object) => ({
    metadata: { name, namespace: 'staging', labels: { 'plimsoll.dev/experiment-uid': 'uid-try', ...labels } },
  })
  const jobs = [
    labelled('copy', {}),
    labelled('odd', { 'plimsoll.dev/trial': 'first', 'plimsoll.dev/load': 'normal' }),
    labelled('ours', { 'plimsoll.dev/trial': '3', 'plimsoll.dev/load': 'normal' }),
  ]
  const client = {
    async *list({ kind }: { kind: string }) {
      yield { items: kind === 'Job' ? jobs : [] }
    },
  } as unknown as KubeClient
  const loads = await observeLoads(client, { image: 'plimsoll' }, experimentNamed('try'), new AbortController().signal)
  assert.deepEqual(loads, [{ trial: 3, load: 'normal', result: { kind: 'running' } }])
})
