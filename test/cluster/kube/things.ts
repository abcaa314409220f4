import {
  KubeClient,
  type KubeObject,
  kubeconfigCredentials,
  type ResourceType,
  TokenBucket,
} from '../../../src/kube/index.ts'
import { type ControlPlane, until } from '../harness/index.ts'

/** A custom resource of no meaning, for tests. */
export const THINGS: ResourceType = { apiVersion: 'test.plimsoll.dev/v1', kind: 'Thing', plural: 'things' }
export type Thing = KubeObject & { readonly spec?: { readonly value?: string } }

export function thing(name: string, value: string): Thing {
  return { metadata: { namespace: 'default', name }, spec: { value } }
}

/** Makes the type known and waits until it is served. */
export async function installThings({ apply }: ControlPlane, client: KubeClient): Promise<void> {
  const text = { type: 'object', properties: { value: { type: 'string' } } }
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec: text, status: text } } }
  await apply({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.test.plimsoll.dev' },
    spec: {
      group: 'test.plimsoll.dev',
      scope: 'Namespaced',
      names: { plural: 'things', kind: 'Thing' },
      versions: [{ name: 'v1', served: true, storage: true, schema, subresources: { status: {} } }],
    },
  })
  await until('things to be served', () => client.list(THINGS).next())
}

/** A client with an administrator's rights and no limit to its writes; `server` may be a proxy's address. */
export async function adminClient({ kubeconfig, url }: ControlPlane, server = url): Promise<KubeClient> {
  const credentials = { ...(await kubeconfigCredentials(kubeconfig)), server }
  return new KubeClient({ credentials, version: 'test', writes: new TokenBucket({ perSecond: 1e6, burst: 1e6 }) })
}
