import { chmod, mkdir, readdir, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Recommendation } from '../api/index.ts'
import { syncDirectory, TEMPORARY_SUFFIX, writeFileAtomically } from './atomic-file.ts'
import { lockDirectory } from './directory-lock.ts'
import { MAX_OBJECT_BYTES, objectFileName, readFileBounded, readObjects, type StoreContents } from './object-files.ts'

/**
 * Recommendations and the learner's state in a folder, for use without a cluster. Once `put`, `delete` or `saveState` has
 * resolved, its change survives `kill -9` and power cuts; before that, the change is there completely or not at all.
 */
export interface FileStore {
  /** Reads all Recommendations, and reports the path and the problem of each file that cannot be read. */
  list(): Promise<StoreContents>
  /** Writes a Recommendation, and replaces one of the same namespace and name. */
  put(recommendation: Recommendation): Promise<void>
  /** @returns whether there was a Recommendation to delete */
  delete(namespace: string, name: string): Promise<boolean>
  saveState(bytes: Uint8Array): Promise<void>
  /** @returns the state that was saved last, unchecked; undefined if none was saved */
  loadState(): Promise<Uint8Array | undefined>
  /** Waits for running writes and releases the folder. Nothing can be written afterwards. */
  close(): Promise<void>
}

/** Largest size of the learner's state: enough for 50,000 containers at 2.5 KB. */
const MAX_STATE_BYTES = 128 << 20

/**
 * Opens the store in a folder. Creates the folder if it is missing, and removes leftovers of an interrupted write.
 *
 * @throws LockedError while the store is open already, here or in another live process
 */
export async function openFileStore(directory: string): Promise<FileStore> {
  const root = resolve(directory)
  const objects = join(root, 'recommendations')
  const state = join(root, 'learner.state')
  await mkdir(objects, { recursive: true, mode: 0o700 })
  await chmod(objects, 0o700)
  const lock = await lockDirectory(root)
  const writes = new WriteQueue()
  try {
    for (const folder of [root, objects]) {
      await removeLeftovers(folder)
      await syncDirectory(dirname(folder)) // the folder itself may be new
    }
  } catch (error) {
    await lock.release()
    throw error
  }

  return {
    list: () => readObjects(objects),

    async put(recommendation) {
      const { namespace, name } = recommendation.metadata
      const text = `${JSON.stringify(Recommendation.parse(recommendation), undefined, 2)}\n`
      if (Buffer.byteLength(text) > MAX_OBJECT_BYTES)
        throw new RangeError(`Recommendation ${namespace}/${name} takes more than ${MAX_OBJECT_BYTES} bytes as JSON`)
      const path = join(objects, objectFileName(namespace, name))
      await writes.run(path, () => writeFileAtomically(path, text))
    },

    async delete(namespace, name) {
      const path = join(objects, objectFileName(namespace, name))
      return writes.run(path, () => removeFile(path))
    },

    async saveState(bytes) {
      if (bytes.length > MAX_STATE_BYTES)
        throw new RangeError(`the learner's state has ${bytes.length} bytes, more than ${MAX_STATE_BYTES}`)
      await writes.run(state, () => writeFileAtomically(state, bytes))
    },

    loadState: () => readFileBounded(state, MAX_STATE_BYTES),

    async close() {
      await writes.close()
      await lock.release()
    },
  }
}

/** Runs one write at a time for each file, in the order of the calls; writes to different files run at the same time. */
class WriteQueue {
  readonly #last = new Map<string, Promise<unknown>>()
  #closed = false

  async run<T>(path: string, write: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new Error(`cannot write ${path}: the store is closed`)
    const before = this.#last.get(path)
    const result = before ? before.then(write) : write()
    const settled = result.then(
      () => {},
      () => {}, // the caller gets the error; the next write does not depend on this one
    )
    this.#last.set(path, settled)
    try {
      return await result
    } finally {
      if (this.#last.get(path) === settled) this.#last.delete(path)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#last.values())
  }
}

async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder)
  const leftovers = names.filter((name) => name.endsWith(TEMPORARY_SUFFIX))
  await Promise.all(leftovers.map((name) => rm(join(folder, name), { force: true })))
}

/** @returns whether there was a file to remove */
async function removeFile(path: string): Promise<boolean> {
  try {
    await rm(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
  await syncDirectory(dirname(path))
  return true
}
