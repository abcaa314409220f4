import assert from 'node:assert/strict'
import type { ControlPlane } from '../harness/index.ts'
import { Api } from '../support/api.ts'

const LABEL = 'plimsoll.dev/workload'

/** Pods of several kinds, each of a workload that could have a Recommendation. */
export const BYSTANDERS = [
  { name: 'plain', spec: { containers: [{ name: 'app', image: 'work:1' }] } },
  {
    name: 'sized',
    spec: {
      initContainers: [{ name: 'proxy', image: 'work:1', restartPolicy: 'Always' }],
      containers: [
        {
          name: 'app',
          image: 'work:1',
          resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '2048Mi' } },
        },
      ],
    },
  },
  {
    name: 'guaranteed',
    spec: { containers: [{ name: 'app', image: 'work:1', resources: { limits: { cpu: '100m', memory: '128Mi' } } }] },
  },
] as const

/**
 * Creates the bystanders in a namespace, and removes them. What comes back is what the API server answered, byte for byte
 * but for what it generates each time: UIDs, times, versions, and the name of the token's volume.
 */
export async function createBystanders(cluster: ControlPlane, namespace: string): Promise<string[]> {
  const api = new Api(cluster)
  try {
    const answers: string[] = []
    for (const { name, spec } of BYSTANDERS) {
      const metadata = { name, namespace, labels: { [LABEL]: name } }
      // Never scheduled, so that it can be deleted without waiting for a kubelet.
      const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { ...spec, schedulerName: 'nobody' } }
      const { status, text } = await api.call('POST', `/api/v1/namespaces/${namespace}/pods`, pod)
      assert.equal(status, 201, text)
      answers.push(withoutMadeUp(text))
      await api.call('DELETE', `/api/v1/namespaces/${namespace}/pods/${name}?gracePeriodSeconds=0`)
    }
    return answers
  } finally {
    api.close()
  }
}

/** A Recommendation with applied values for each of them, which must have no effect without the namespace label. */
export async function recommendForBystanders({ apply, kubectl }: ControlPlane, namespace: string): Promise<void> {
  const values = { cpu: { request: '77m' }, memory: { request: '77Mi', limit: '99Mi' } }
  const containers = ['app', 'proxy'].map((name) => ({ name, ...values }))
  const applied = { revision: 1, time: '2026-01-01T00:00:00Z', source: 'observed', goal: 'balanced', containers }
  for (const { name } of BYSTANDERS) {
    const recommendation = {
      apiVersion: 'plimsoll.dev/v1alpha1',
      kind: 'Recommendation',
      metadata: { name: `pod-${name}`, namespace },
      spec: { workload: { kind: 'Pod', name } },
    }
    await apply(recommendation)
    const patch = [
      '--type=merge',
      '--subresource=status',
      '--patch',
      JSON.stringify({ status: { learned: applied, applied } }),
    ]
    await kubectl(['patch', 'recommendation', `pod-${name}`, `--namespace=${namespace}`, ...patch])
  }
}

function withoutMadeUp(text: string): string {
  return text
    .replaceAll(/"(uid|resourceVersion|creationTimestamp|time)":"[^"]*"/g, '"$1":"…"')
    .replaceAll(/kube-api-access-\w{5}/g, 'kube-api-access-…')
}
