// Workloads that the API has no object of: what repeats from run to run, or a name that a label gives.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { subjectsOf } from '../../src/explain/index.ts'
import { type KubeClient, KubeError } from '../../src/kube/index.ts'
import { runRules } from '../../src/workloads/index.ts'

const missing = () => new KubeError('NotFound', 'it is not there', { status: 404 })
const pod = (
  name: string,
  created: string,
  labels: Record<string, string>,
  [apiVersion, kind, owner]: readonly string[] = [],
) => ({
  metadata: {
    ...{ name, namespace: 'ci', labels, creationTimestamp: created },
    ...(owner && { ownerReferences: [{ apiVersion, kind, name: owner, controller: true }] }),
  },
  spec: { containers: [{ name: 'step' }] },
})
const TASK = { 'tekton.dev/task': 'build' }
const PODS = [
  pod('build-1-pod', '2026-11-01T00:00:00Z', TASK, ['tekton.dev/v1', 'TaskRun', 'build-1']),
  pod('build-3-pod', '2026-11-03T00:00:00Z', TASK, ['tekton.dev/v1', 'TaskRun', 'build-3']),
  pod('build-2-pod', '2026-11-02T00:00:00Z', TASK, ['tekton.dev/v1', 'TaskRun', 'build-2']),
  pod('load-x7k2p', '2026-11-02T00:00:00Z', { kubernetes_executor: 'True', dag_id: 'etl', task_id: 'load' }),
  pod('web-green-5d4f8c-2x8vq', '2026-11-02T00:00:00Z', { 'pod-template-hash': '5d4f8c', team: 'blue' }, [
    'apps/v1',
    'ReplicaSet',
    'web-green-5d4f8c',
  ]),
]

function where(list: () => typeof PODS = () => PODS, rules = runRules()) {
  const client = {
    get: async () => {
      throw missing()
    },
    async *list() {
      yield { items: list() }
    },
  } as unknown as KubeClient
  return { namespace: 'ci', client: async () => client, rules: async () => rules }
}

test('a run is explained by the newest Pod of what repeats, in any case and without the group', async () => {
  for (const what of ['taskrun/build', 'TaskRun/build', 'TaskRun.tekton.dev/build']) {
    const [subject] = await subjectsOf(what, where())
    assert.equal(subject!.what, 'Pod ci/build-3-pod, the newest of TaskRun.tekton.dev/build')
    assert.deepEqual(subject!.workload, { namespace: 'ci', kind: 'TaskRun.tekton.dev', name: 'build' })
    assert.equal(subject!.isLive, true)
  }
})

test('so is a Pod that only its labels name, and a Deployment by the labels of the settings', async () => {
  const [task] = await subjectsOf('pod/etl.load', where())
  assert.equal(task!.pod.metadata!.name, 'load-x7k2p')
  const [joined] = await subjectsOf('deployment/blue', where(undefined, runRules({ Deployment: ['team'] })))
  assert.equal(joined!.pod.metadata!.name, 'web-green-5d4f8c-2x8vq')
})

test('an unknown name is reported with what to do, and so is a list that the API server refuses', async () => {
  await assert.rejects(subjectsOf('deployment/web', where()), {
    name: 'ReaderError',
    message:
      /deployment\/web: the API has no such object, and no Pod in namespace ci belongs to a workload .* give a file/i,
  })
  const refused = where(() => {
    throw new KubeError('Forbidden', 'you may not list pods', { status: 403 })
  })
  await assert.rejects(subjectsOf('taskrun/build', refused), { name: 'ReaderError', message: /you may not list pods/ })
})
