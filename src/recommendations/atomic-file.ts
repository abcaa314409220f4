import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** What an interrupted write leaves behind ends in this. */
export const TEMPORARY_SUFFIX = '.tmp'

/**
 * Writes a file so that at every moment, even through a power cut, `path` holds the old content or the new one, whole.
 * When it resolves, the new one is on the disk. One writer for each path at a time.
 */
export async function writeFileAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = path + TEMPORARY_SUFFIX
  try {
    // Made here and now: what is there already may be a link that somebody else put there.
    await rm(temporary, { force: true })
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(content)
      await file.sync() // before the rename, or the name may reach the disk earlier than the bytes
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {}) // the first error is the one to tell
    throw error
  }
  await syncDirectory(dirname(path))
}

/** Makes what was created, renamed or removed in a directory last. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
