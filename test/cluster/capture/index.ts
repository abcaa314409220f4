// Captures the AdmissionReviews that a real kube-apiserver sends for Pods of real controllers, as fixtures:
//   node test/cluster/capture/index.ts
// Run it again for a new version of Kubernetes, and review the difference in Git.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CertificateAuthority, type ControlPlane, startControlPlane, until } from '../harness/index.ts'
import { type Review, startReceiver } from './receiver.ts'

const fixtures = join(import.meta.dirname, '..', '..', 'fixtures', 'admission')

const rule = (apiGroup: string, resource: string, operations: string[]) => ({
  apiGroups: [apiGroup],
  apiVersions: ['v1'],
  operations,
  resources: [resource],
  scope: 'Namespaced',
})
const RULES = [rule('', 'pods', ['CREATE', 'UPDATE']), rule('apps', 'deployments', ['CREATE'])]

const cluster = await startControlPlane()
const authority = await CertificateAuthority.create(join(cluster.directory, 'capture'), 'capture')
const receiver = await startReceiver(authority)
try {
  await cluster.apply(receiver.registration('capture', { rules: RULES }))
  await until('the API server to call the webhook', async () => {
    await cluster.kubectl([
      'run',
      'probe',
      '--image=probe',
      '--labels=app.kubernetes.io/name=probe',
      '--dry-run=server',
    ])
    return receiver.reviews.length > 0
  })
  await captureAll(cluster)
} finally {
  receiver.close()
  await cluster.stop()
}

async function captureAll({ kubectl, apply }: ControlPlane): Promise<void> {
  for (const namespace of ['shop', 'limited']) {
    await kubectl(['create', 'namespace', namespace])
    // The API server refuses Pods of a namespace without its default service account.
    await until(`the service account of ${namespace}`, () =>
      kubectl(['get', 'serviceaccount', 'default', `--namespace=${namespace}`]),
    )
  }
  await apply(readFileSync(join(import.meta.dirname, 'workloads.yaml'), 'utf8'))
  await save('deployment', { app: 'checkout' })
  await save('replicaset', { app: 'legacy-api' })
  await save('statefulset', { app: 'orders-db' })
  await save('daemonset', { app: 'log-shipper' })
  await save('job', { app: 'migrate' })
  for (const app of ['bare-pod', 'native-sidecar', 'pod-level-resources', 'guaranteed', 'limits-only', 'best-effort']) {
    await save(app, { app })
  }
  await save('limit-range', { app: 'limit-range' })

  await kubectl(['create', '-f', '-'], { input: pod({ generateName: 'batch-' }, 'generate-name') })
  await save('generate-name', { app: 'generate-name' })
  await kubectl(['create', '--dry-run=server', '-f', '-'], { input: pod({ name: 'dry-run' }, 'dry-run') })
  await save('dry-run', { app: 'dry-run' })

  // This is how a kubelet creates mirror Pods.
  const { metadata } = JSON.parse(await kubectl(['get', 'node', 'worker-1', '-o', 'json']))
  const asKubelet = ['--as=system:node:worker-1', '--as-group=system:nodes', '--as-group=system:authenticated']
  await kubectl(['create', '-f', '-', '--namespace=shop', ...asKubelet], { input: mirrorPod(metadata.uid) })
  await save('mirror-pod', { app: 'mirror-pod' })

  // Reviews that the webhook gets only if somebody extends its rules.
  await kubectl(['label', 'pod', 'debug-shell', '--namespace=shop', 'touched=yes'])
  await save('pod-update', { app: 'bare-pod', operation: 'UPDATE' })
  await save('not-a-pod', { app: 'checkout', kind: 'Deployment' })

  // Jobs of a CronJob: by its schedule, and by hand, with a name that does not contain the time.
  await save('cronjob', { app: 'report' }, 90_000)
  await kubectl(['delete', 'job', '--all', '--namespace=shop', '--wait'])
  await kubectl(['patch', 'cronjob', 'report', '--namespace=shop', '-p', '{"spec":{"suspend":true}}'])
  receiver.reviews.length = 0
  await kubectl(['create', 'job', 'report-by-hand', '--from=cronjob/report', '--namespace=shop'])
  await save('cronjob-by-hand', { app: 'report' })
}

interface Wanted {
  readonly app: string
  readonly kind?: string
  readonly operation?: string
}

/** Waits for the first review of this kind and writes it to NAME.json. */
async function save(
  name: string,
  { app, kind = 'Pod', operation = 'CREATE' }: Wanted,
  timeoutMilliseconds = 30_000,
): Promise<void> {
  const matches = ({ request }: Review) => {
    const { metadata, spec } = request.object as { metadata: Labelled; spec?: { template?: { metadata: Labelled } } }
    const labels = kind === 'Pod' ? metadata.labels : spec?.template?.metadata.labels
    return request.kind.kind === kind && request.operation === operation && labels?.['app.kubernetes.io/name'] === app
  }
  const review = await until(`the review of ${name}`, () => receiver.reviews.find(matches), { timeoutMilliseconds })
  writeFileSync(join(fixtures, `${name}.json`), `${JSON.stringify(review, null, 2)}\n`)
  process.stderr.write(`saved ${name}.json\n`)
}

interface Labelled {
  readonly labels?: Readonly<Record<string, string>>
}

function pod(metadata: object, app: string): object {
  const resources = { requests: { cpu: '1e0', memory: '2e9' }, limits: { memory: '2G' } }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, namespace: 'shop', labels: { 'app.kubernetes.io/name': app } },
    spec: { containers: [{ name: 'app', image: 'registry.example.com/shop/batch:1.1.0', resources }] },
  }
}

function mirrorPod(nodeUid: string): object {
  const digest = '5f1d7a0c3b9e4d2286aa0c41c9b7e3f0'
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'registry-cache-worker-1',
      labels: { 'app.kubernetes.io/name': 'mirror-pod' },
      annotations: {
        'kubernetes.io/config.hash': digest,
        'kubernetes.io/config.mirror': digest,
        'kubernetes.io/config.source': 'file',
      },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'worker-1', uid: nodeUid, controller: true }],
    },
    spec: {
      nodeName: 'worker-1',
      automountServiceAccountToken: false,
      containers: [
        {
          name: 'cache',
          image: 'registry.example.com/tools/cache:1.0.0',
          resources: { requests: { cpu: '1', memory: '1Gi' } },
        },
      ],
    },
  }
}
