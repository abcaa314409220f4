import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Suffix of the temporary files that an interrupted write leaves behind. */
export const TEMPORARY_SUFFIX = '.tmp'

/**
 * Writes a file so that at every moment, even through a power cut, `path` holds either the whole old content or the whole new
 * content. When it resolves, the new content is on the disk. Allow only one writer for each path at a time.
 */
export async function writeFileAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = path + TEMPORARY_SUFFIX
  try {
    // Always create the file: an existing one may be somebody else's link.
    await rm(temporary, { force: true })
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(content)
      await file.sync() // before the rename, because the name may reach the disk earlier than the bytes
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {}) // the first error is the one to report
    throw error
  }
  await syncDirectory(dirname(path))
}

/** Flushes a directory to the disk, so that files that were created, renamed or removed in it survive a power cut. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
