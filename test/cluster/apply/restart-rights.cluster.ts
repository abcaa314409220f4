// What the learner may do when it may restart running Pods, on a real API server: RBAC and admission policies of the chart.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { stringify } from 'yaml'
import { helmObstacle, render } from '../../chart/helm.ts'
import { VALUE_SETS } from '../../chart/value-sets.ts'
import { type ControlPlane, controlPlaneObstacle, startControlPlane, until } from '../harness/index.ts'
import { createRollout, installRollouts } from '../support/argo.ts'
import { makeNamespace } from '../support/namespace.ts'

const LEARNER = '--as=system:serviceaccount:plimsoll:plimsoll-learner'
const KINDS = ['ClusterRole', 'ClusterRoleBinding', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding']
const PATIENTLY = { timeoutMilliseconds: 60_000, everyMilliseconds: 200 }
const ROLLED = { spec: { restartAt: '2026-01-01T00:00:00Z' } }
const RESTARTED = { spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': 'now' } } } } }

describe('the learner that may restart Pods', { skip: controlPlaneObstacle() ?? helmObstacle() ?? false }, () => {
  let cluster: ControlPlane

  before(async () => {
    cluster = await startControlPlane()
    await makeNamespace(cluster, 'plimsoll')
    await makeNamespace(cluster, 'shop', 'auto')
    await makeNamespace(cluster, 'watched', 'observe')
    const objects = (await render(VALUE_SETS['running Pods are restarted'])).filter(({ kind }) => KINDS.includes(kind))
    await cluster.kubectl(['apply', '--server-side', '--filename=-'], {
      input: objects.map((object) => stringify(object)).join('---\n'),
    })
    await installRollouts(cluster)
    const labels = { app: 'web' }
    const container = { name: 'app', image: 'registry.example/web:1' }
    const template = { metadata: { labels, annotations: { team: 'shop' } }, spec: { containers: [container] } }
    for (const namespace of ['shop', 'watched']) {
      const metadata = { name: 'web', namespace }
      const spec = { replicas: 0, selector: { matchLabels: labels }, template }
      await cluster.apply({ apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec })
      const strategy = { canary: { maxUnavailable: 1 } }
      await createRollout(cluster, { namespace, name: 'api', replicas: 0, strategy, pod: template.spec })
      // The service account of a namespace is created a moment later.
      await until(
        'a Pod',
        async () =>
          await cluster.apply({ apiVersion: 'v1', kind: 'Pod', metadata, spec: template.spec }).then(
            () => true,
            () => false,
          ),
        PATIENTLY,
      )
    }
    // The API server enforces a policy a moment after its creation.
    await until(
      'the policies to hold',
      async () =>
        (await refusal(patch('shop', { spec: { replicas: 5 } }))).includes('the learner may not change') &&
        (await refusal(evict('watched'))).includes('may evict Pods only') &&
        (await refusal(patchRollout('watched', ROLLED))).includes('may restart Rollouts only'),
      PATIENTLY,
    )
  })
  after(() => cluster?.stop())

  const patch = (namespace: string, body: object) =>
    cluster.kubectl([
      ...['patch', 'deployment', 'web', `--namespace=${namespace}`, '--type=strategic', '--dry-run=server', LEARNER],
      `--patch=${JSON.stringify(body)}`,
    ])
  const patchRollout = (namespace: string, body: object) =>
    cluster.kubectl([
      ...['patch', 'rollout', 'api', `--namespace=${namespace}`, '--type=merge', '--dry-run=server', LEARNER],
      `--patch=${JSON.stringify(body)}`,
    ])
  const evict = (namespace: string) =>
    cluster.kubectl(
      ['create', `--raw=/api/v1/namespaces/${namespace}/pods/web/eviction?dryRun=All`, '--filename=-', LEARNER],
      { input: JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'web', namespace } }) },
    )
  const refusal = (asking: Promise<unknown>) =>
    asking.then(
      () => '',
      (error: Error) => error.message,
    )

  test('may restart the rollout of a Deployment, but change nothing else of it', async () => {
    await patch('shop', RESTARTED)
    const template = (change: object) => ({ spec: { template: change } })
    const changes: readonly object[] = [
      template({ spec: { containers: [{ name: 'app', image: 'registry.example/other:1' }] } }),
      template({ spec: { serviceAccountName: 'default' } }),
      template({ metadata: { annotations: { team: 'other' } } }),
      template({ metadata: { annotations: { team: null } } }),
      template({ metadata: { annotations: { other: 'x' } } }),
      template({ metadata: { labels: { other: 'x' } } }),
      { spec: { replicas: 5 } },
      { spec: { paused: true } },
      { spec: { minReadySeconds: 5 } },
      { spec: { strategy: { type: 'Recreate', rollingUpdate: null } } },
      { spec: { revisionHistoryLimit: 1 } },
      { spec: { progressDeadlineSeconds: 60 } },
      { metadata: { labels: { other: 'x' } } },
      { metadata: { annotations: { other: 'x' } } },
      { metadata: { finalizers: ['example.com/other'] } },
    ]
    for (const change of changes)
      assert.match(await refusal(patch('shop', change)), /the learner may (not )?change/, JSON.stringify(change))
  })

  test('may restart an Argo Rollout, but change nothing else of it', async () => {
    await patchRollout('shop', ROLLED)
    const changes: readonly object[] = [
      { spec: { ...ROLLED.spec, replicas: 5 } },
      { spec: { paused: true } },
      { spec: { strategy: { canary: { maxUnavailable: 3 } } } },
      { spec: { strategy: null } },
      { spec: { template: { metadata: { labels: { other: 'x' } } } } },
      { spec: { template: { spec: { serviceAccountName: 'default' } } } },
      { metadata: { labels: { other: 'x' } } },
      { metadata: { annotations: { other: 'x' } } },
      { metadata: { finalizers: ['example.com/other'] } },
    ]
    for (const change of changes)
      assert.match(await refusal(patchRollout('shop', change)), /the learner may (not )?change/, JSON.stringify(change))
  })

  test('may do so only in namespaces in mode auto or approve', async () => {
    assert.match(await refusal(patch('watched', RESTARTED)), /may roll out Deployments only in namespaces/)
    await evict('shop')
    assert.match(await refusal(evict('watched')), /may evict Pods only in namespaces/)
  })

  test('is restricted without restricting others, who may change Deployments', async () => {
    const body = JSON.stringify({ spec: { replicas: 2 } })
    await cluster.kubectl(['patch', 'deployment', 'web', '--namespace=shop', '--dry-run=server', `--patch=${body}`])
  })
})
