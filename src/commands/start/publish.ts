import type { Recommendation } from '../../api/index.ts'
import { type FileStore, LockedError, openFileStore } from '../../recommendations/index.ts'
import { CommandError } from '../failure.ts'

/**
 * Opens the store in the folder where `start` keeps its files.
 *
 * @throws CommandError if another process uses it, or the folder cannot be written to
 */
export async function openStore(directory: string): Promise<FileStore> {
  try {
    return await openFileStore(directory)
  } catch (cause) {
    if (cause instanceof LockedError) throw new CommandError(`${cause.message} (--data <folder>).`, { cause })
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === undefined) throw cause
    throw new CommandError(`${directory}: ${message}. Choose a folder that can be written to: --data <folder>.`, {
      cause,
    })
  }
}

const WRITES_AT_ONCE = 32

/**
 * Replaces the content of the store with these recommendations. What was learned from an earlier history does not apply
 * to this one.
 *
 * @returns the recommendations in the store, read back from it
 */
export async function publish(
  store: FileStore,
  recommendations: readonly Recommendation[],
): Promise<readonly Recommendation[]> {
  const published = new Set(recommendations.map(keyOf))
  for (const old of (await store.list()).recommendations) {
    if (!published.has(keyOf(old))) await store.delete(old.metadata.namespace, old.metadata.name)
  }
  for (let at = 0; at < recommendations.length; at += WRITES_AT_ONCE) {
    await Promise.all(recommendations.slice(at, at + WRITES_AT_ONCE).map((one) => store.put(one)))
  }
  return (await store.list()).recommendations
}

function keyOf({ metadata: { namespace, name } }: Recommendation): string {
  return `${namespace}/${name}`
}
