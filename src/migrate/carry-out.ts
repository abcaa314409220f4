import { type KubeClient, KubeError } from '../kube/index.ts'
import { valueAt } from './plan/merge-patch.ts'
import type { ApiObject, Change } from './plan/objects.ts'

/**
 * Writes the changes of a plan, one after another.
 *
 * @param onDone called after each
 * @throws KubeError at the first change that is refused; those before it stay, and the next plan continues from there
 */
export async function carryOut(
  client: KubeClient,
  fieldManager: string,
  changes: readonly Change[],
  onDone: (change: Change) => void,
): Promise<void> {
  for (const change of changes) {
    await write(client, fieldManager, change)
    onDone(change)
  }
}

async function write(client: KubeClient, fieldManager: string, change: Change): Promise<void> {
  const { type } = change
  switch (change.action) {
    case 'create':
      await client.create(type, change.object, { fieldManager })
      return
    case 'replace':
      await client.update(type, change.object)
      return
    case 'patch':
      return await patch(client, fieldManager, change)
    case 'delete': {
      const { namespace, name, uid } = change
      await client.delete(type, { namespace, name, uid })
    }
  }
}

/** Others write the object all the time, its status for example: only the fields that are expected have to be as they were. */
const MOST_ATTEMPTS = 5

async function patch(client: KubeClient, fieldManager: string, change: Change & { action: 'patch' }): Promise<void> {
  const { type, namespace, name, patch, expects } = change
  for (let attempt = 1; ; attempt++) {
    const object = await client.get<ApiObject>(type, { namespace, name })
    if (!expects.every(({ path, value }) => valueAt(object, path) === value))
      throw new KubeError('Conflict', `${change.says}: somebody has changed ${type.kind} ${name} meanwhile`, {
        act: 'Run the command again: it plans from what is there now.',
      })
    const { resourceVersion } = object.metadata
    const metadata = { ...(patch as Partial<ApiObject>).metadata, ...(resourceVersion && { resourceVersion }) }
    try {
      await client.mergePatch(type, { namespace, name }, { ...patch, metadata }, { fieldManager })
      return
    } catch (error) {
      if (!(error instanceof KubeError) || error.reason !== 'Conflict' || attempt === MOST_ATTEMPTS) throw error
    }
  }
}
