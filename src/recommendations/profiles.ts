import { promisify } from 'node:util'
import { brotliCompress, constants } from 'node:zlib'
import type { KubeClient } from '../kube/index.ts'
import { PROFILES_NAME, readStates, writeState } from './checkpoints.ts'

/** Takes a tenth of the time of the highest quality, for a tenth more bytes. */
const QUALITY = 5

/**
 * Stores what is known about applications in Plimsoll's own namespace, so that it outlives the namespaces of their instances.
 *
 * @throws KubeError if the API server refuses; ZodError if it is too large
 */
export async function writeProfiles(
  client: KubeClient,
  namespace: string,
  state: Uint8Array,
  now: Date,
  options: { readonly exists: boolean; readonly signal?: AbortSignal },
): Promise<void> {
  const params = { [constants.BROTLI_PARAM_QUALITY]: QUALITY }
  const compressed = await promisify(brotliCompress)(state, { params })
  await writeState(client, { namespace, name: PROFILES_NAME }, compressed, now, options)
}

/** Reads what `writeProfiles` stored; undefined if there is nothing. What cannot be read is reported to `onUnreadable`. */
export async function readProfiles(
  client: KubeClient,
  namespace: string,
  onUnreadable: (name: string, error: Error) => void,
  signal?: AbortSignal,
): Promise<Uint8Array | undefined> {
  for await (const { name, state } of readStates(client, onUnreadable, signal, namespace))
    if (name === PROFILES_NAME) return state
  return undefined
}
