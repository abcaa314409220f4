import { readFileSync } from 'node:fs'
import { until } from '../../test/cluster/harness/index.ts'
import type { Api } from '../../test/cluster/support/api.ts'
import { NAMESPACE } from '../webhook/reviews.ts'
import { type Bench, SERVERS, type Server } from '../webhook/servers.ts'

/** The Pods of a server carry its name in this label, those that nobody is to be called for carry none. */
const SERVER_LABEL = 'bench-server'

interface Creation {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> }
  readonly spec: { readonly containers: readonly { readonly resources?: unknown }[] }
}

/** Has the API server call each server for its own Pods alone; all are registered alike, but for what each ships with. */
export async function registerServers(api: Api, { urls, plimsoll, tls }: Bench): Promise<void> {
  for (const server of SERVERS) {
    const ca = server === 'plimsoll' ? plimsoll.ca : readFileSync(tls.authority)
    const answer = await api.call('POST', '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations', {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: `bench-${server}` },
      webhooks: [
        {
          name: `${server}.bench.plimsoll.dev`,
          admissionReviewVersions: ['v1'],
          sideEffects: 'None',
          failurePolicy: 'Fail',
          reinvocationPolicy: server === 'plimsoll' ? 'IfNeeded' : 'Never',
          timeoutSeconds: 10,
          rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': NAMESPACE } },
          objectSelector: { matchLabels: { [SERVER_LABEL]: server } },
          clientConfig: { url: urls[server], caBundle: Buffer.from(ca).toString('base64') },
        },
      ],
    })
    if (answer.status !== 201) throw new Error(`registering ${server}: ${answer.text}`)
  }
}

/** A Pod as a ReplicaSet would create it, for one server or for none. */
export function podFor(review: string, server: Server | 'none'): string {
  const { metadata, spec } = JSON.parse(review).request.object
  const { labels, generateName, ownerReferences } = metadata
  const chosen = server === 'none' ? labels : { ...labels, [SERVER_LABEL]: server }
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { generateName, ownerReferences, labels: chosen },
    spec,
  })
}

/** Creates a Pod, for the API server to answer what it would be, and to keep nothing. @throws Error when it is refused */
export async function create(api: Api, pod: string): Promise<string> {
  const { status, text } = await api.call('POST', `/api/v1/namespaces/${NAMESPACE}/pods?dryRun=All`, pod)
  if (status !== 201) throw new Error(`the API server answered ${status}: ${text.slice(0, 500)}`)
  return text
}

/** Waits until Plimsoll and VPA size their Pods, and nobody those without a label. */
export async function seeThemWork(api: Api, review: string): Promise<void> {
  const resources = async (server: Server | 'none') =>
    JSON.stringify((JSON.parse(await create(api, podFor(review, server))) as Creation).spec.containers[0]!.resources)
  const plain = await resources('none')
  for (const server of ['plimsoll', 'vpa'] as const) {
    await until(`the API server to have ${server} size a Pod`, async () => (await resources(server)) !== plain)
  }
}
