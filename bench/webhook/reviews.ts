import { type Review, startReceiver } from '../../test/cluster/capture/receiver.ts'
import { type CertificateAuthority, type ControlPlane, until } from '../../test/cluster/harness/index.ts'

export const NAMESPACE = 'bench'
const REGISTRATION = 'bench-capture'
/** As its reviews weigh: 3 KB for a Pod as small as they come, 10 KB for one with what years add to it. */
export const SIZES = ['3KB', '10KB'] as const
export type Size = (typeof SIZES)[number]

export function deploymentOf(size: Size): string {
  return `web-${size.toLowerCase()}`
}

/** The review of a Pod of each Deployment, as the API server sends it when the ReplicaSet controller creates the Pod. */
export async function captureReviews(
  cluster: ControlPlane,
  authority: CertificateAuthority,
): Promise<Record<Size, string>> {
  const receiver = await startReceiver(authority)
  try {
    const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': NAMESPACE } }
    await cluster.apply(receiver.registration(REGISTRATION, { failurePolicy: 'Ignore', namespaceSelector }))
    await until('the API server to call the receiver', async () => {
      await cluster.kubectl(['run', 'probe', '--image=probe', `--namespace=${NAMESPACE}`, '--dry-run=server'])
      return receiver.reviews.length > 0
    })
    await cluster.apply(...SIZES.map(deployment))
    const reviewOf = (size: Size) =>
      until(`the review of ${deploymentOf(size)}`, () =>
        receiver.reviews.find(({ request }) => request.object.metadata.labels?.app === deploymentOf(size)),
      )
    const bodies = await Promise.all(SIZES.map(async (size) => JSON.stringify((await reviewOf(size)) as Review)))
    return { '3KB': bodies[0]!, '10KB': bodies[1]! }
  } finally {
    await cluster.kubectl(['delete', 'mutatingwebhookconfiguration', REGISTRATION, '--ignore-not-found'])
    receiver.close()
  }
}

function deployment(size: Size): object {
  const name = deploymentOf(size)
  const resources = { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '2Gi' } }
  const plain = { name: 'web', image: 'registry.example.com/bench/web:1.0.0', resources }
  const full = {
    ...plain,
    env: Array.from({ length: 24 }, (_, i) => ({
      name: `SETTING_${i}`,
      value: `value-of-setting-${i}-of-the-service`,
    })),
    ports: [{ containerPort: 8080, name: 'http' }],
    livenessProbe: { httpGet: { path: '/livez', port: 'http' } },
    readinessProbe: { httpGet: { path: '/readyz', port: 'http' } },
    volumeMounts: [{ name: 'cache', mountPath: '/cache' }],
  }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec:
          size === '3KB' ? { containers: [plain] } : { containers: [full], volumes: [{ name: 'cache', emptyDir: {} }] },
      },
    },
  }
}
