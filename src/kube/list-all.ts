import type { KubeClient, ListOptions } from './client.ts'
import type { KubeObject, ResourceType } from './resource.ts'

/** All objects of a selection in memory: only for small numbers. */
export async function listAll<T extends KubeObject>(
  client: Pick<KubeClient, 'list'>,
  type: ResourceType,
  options: ListOptions = {},
): Promise<T[]> {
  const objects: T[] = []
  for await (const { items } of client.list<T>(type, options)) objects.push(...items)
  return objects
}
