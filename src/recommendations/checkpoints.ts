import { brotliCompressSync, brotliDecompressSync } from 'node:zlib'
import { API_VERSION, Checkpoint } from '../api/index.ts'
import type { KubeClient, KubeObject, ResourceType } from '../kube/index.ts'
import type { Workload } from '../workloads/index.ts'
import { recommendationName } from './publish.ts'

const CHECKPOINTS: ResourceType = {
  apiVersion: API_VERSION,
  kind: 'RecommendationCheckpoint',
  plural: 'recommendationcheckpoints',
}
const MAX_STATE_BYTES = 16 * 1024 * 1024
/** Name of the object with the profiles of applications. No workload has it: the name of a Recommendation contains a "-". */
export const PROFILES_NAME = 'profiles'

interface ObjectKey {
  readonly namespace: string
  readonly name: string
}

interface StoredCheckpoint extends KubeObject {
  readonly status?: unknown
}

/**
 * Stores what the learner knows about one workload in the cluster, under the name of its Recommendation.
 *
 * @param options with `exists`, the object is not created first; if it is missing then, `NotFound` is thrown
 */
export async function writeCheckpoint(
  client: KubeClient,
  workload: Workload,
  state: Uint8Array,
  now: Date,
  options: { readonly exists: boolean; readonly signal?: AbortSignal } = { exists: false },
) {
  const key = { namespace: workload.namespace, name: recommendationName(workload) }
  await writeState(client, key, brotliCompressSync(state), now, options)
}

/** Writes an object with a state. @param compressed with Brotli */
export async function writeState(
  client: KubeClient,
  key: ObjectKey,
  compressed: Buffer,
  now: Date,
  options: { readonly exists: boolean; readonly signal?: AbortSignal },
): Promise<void> {
  const status: Checkpoint = { savedAt: now.toISOString(), state: compressed.toString('base64') }
  const metadata = { ...key }
  const write = { force: true, signal: options.signal }
  if (!options.exists) await client.apply<KubeObject>(CHECKPOINTS, { metadata }, write)
  await client.apply<KubeObject>(CHECKPOINTS, { metadata, status } as KubeObject, { ...write, subresource: 'status' })
}

export interface LoadedCheckpoint {
  readonly namespace: string
  readonly name: string
  readonly state: Uint8Array
}

/** Reads every checkpoint of one namespace or of all; reports those that cannot be read to `onUnreadable` and leaves them out. */
export async function* readCheckpoints(
  client: KubeClient,
  onUnreadable: (name: string, error: Error) => void,
  signal?: AbortSignal,
  namespace?: string,
): AsyncGenerator<LoadedCheckpoint> {
  for await (const state of readStates(client, onUnreadable, signal, namespace))
    if (state.name !== PROFILES_NAME) yield state
}

/** Reads all objects with a state: checkpoints, and profiles. */
export async function* readStates(
  client: KubeClient,
  onUnreadable: (name: string, error: Error) => void,
  signal?: AbortSignal,
  namespace?: string,
): AsyncGenerator<LoadedCheckpoint> {
  for await (const { items } of client.list<StoredCheckpoint>(CHECKPOINTS, { namespace, pageSize: 100, signal })) {
    for (const item of items) {
      const { namespace = '', name = '' } = item.metadata
      try {
        yield { namespace, name, state: stateOf(item) }
      } catch (error) {
        onUnreadable(`${namespace}/${name}`, error as Error)
      }
    }
  }
}

function stateOf({ status }: StoredCheckpoint): Uint8Array {
  const { state } = Checkpoint.parse(status)
  return brotliDecompressSync(Buffer.from(state, 'base64'), { maxOutputLength: MAX_STATE_BYTES })
}

export async function deleteCheckpoint(client: KubeClient, workload: Workload, signal?: AbortSignal): Promise<void> {
  await client.delete(
    CHECKPOINTS,
    { namespace: workload.namespace, name: recommendationName(workload) },
    { ...(signal && { signal }) },
  )
}
