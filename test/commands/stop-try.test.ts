import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { followAndShow } from '../../src/commands/try/follow.ts'
import type { TryOptions } from '../../src/commands/try/options.ts'
import type { StoredExperiment } from '../../src/experiment-client/index.ts'
import { DEPLOYMENTS, type KubeClient, type ResourceType } from '../../src/kube/index.ts'
import { FINISHED } from '../experiment-client/finished.ts'

const ORIGINALS = [{ kind: 'Deployment' as const, name: 'checkout', uid: 'u', spec: '{"replicas":2}' }]

/** What is printed, and the exit code, where somebody presses Ctrl-C while the Experiment is read for the last time. */
async function stopped(t: TestContext, remove: () => Promise<void>) {
  const said = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const)
    t.mock.method(process[stream], 'write', (text: string) => {
      said[stream] += text
      return true
    })
  const listeners = process.listeners('SIGINT')
  t.after(() => {
    process.exitCode = undefined
    for (const listener of process.listeners('SIGINT').filter((one) => !listeners.includes(one)))
      process.off('SIGINT', listener).off('SIGTERM', listener)
  })
  const experiment = { ...FINISHED, status: { ...FINISHED.status, originals: ORIGINALS } } as StoredExperiment
  const get = async (type: ResourceType) => {
    if (type === DEPLOYMENTS) return { metadata: { uid: 'u' }, spec: { replicas: 5 } }
    process.emit('SIGINT')
    return experiment
  }
  const client = { get, delete: remove } as unknown as KubeClient
  await followAndShow(client, experiment, { output: 'json' } as TryOptions)
  return { ...said, exitCode: process.exitCode }
}

describe('try after Ctrl-C', () => {
  it('says that an edit was kept, and exits with 130', async (t) => {
    const { stderr, exitCode } = await stopped(t, async () => {})
    assert.match(stderr, /It was stopped\. deployment\/checkout was not restored completely/)
    assert.equal(exitCode, 130)
  })

  it('continues where the Experiment cannot be deleted, and shows what came of it', async (t) => {
    const { stdout, stderr, exitCode } = await stopped(t, async () => Promise.reject(new Error('not allowed')))
    assert.match(stderr, /It could not be stopped, and continues: not allowed/)
    assert.doesNotMatch(stderr, /It was stopped/)
    assert.equal(JSON.parse(stdout).verdict, 'cheaper')
    assert.equal(exitCode, undefined)
  })
})
