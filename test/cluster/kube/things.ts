import type { KubeClient, KubeObject, ResourceType } from '../../../src/kube/index.ts'
import { type ControlPlane, until } from '../harness/index.ts'

/** A custom resource without a meaning, for tests. */
export const THINGS: ResourceType = { apiVersion: 'test.plimsoll.dev/v1', kind: 'Thing', plural: 'things' }
export type Thing = KubeObject & { readonly spec?: { readonly value?: string } }

export function thing(name: string, value: string): Thing {
  return { metadata: { namespace: 'default', name }, spec: { value } }
}

/** Installs the CRD and waits until it is served. */
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
