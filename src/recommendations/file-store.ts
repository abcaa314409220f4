import { chmod, mkdir, readdir, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Recommendation } from '../api/index.ts'
import { syncDirectory, TEMPORARY_SUFFIX, writeFileAtomically } from './atomic-file.ts'
import { lockDirectory } from './directory-lock.ts'
import { MAX_OBJECT_BYTES, objectFileName, readFileBounded, readObjects, type StoreContents } from './object-files.ts'

/**
 * Recommendations and the learner's state in a folder, for use without a cluster. What `put`, `delete` and `saveState`
 * have resolved for survives `kill -9` and power cuts; what they have not is there wholly or not at all.
 */
export interface FileStore {
  /** All that can be read, and of the rest where it lies and what is wrong with it. */
  list(): Promise<StoreContents>
  /** Writes one, in place of the one of the same namespace and name. */
  put(recommendation: Recommendation): Promise<void>
  /** @returns whether there was one */
  delete(namespace: string, name: string): Promise<boolean>
  saveState(bytes: Uint8Array): Promise<void>
  /** @returns what was saved last, unchecked; undefined when nothing was */
  loadState(): Promise<Uint8Array | undefined>
  /** Waits for what is being written and gives the folder free. Nothing can be written after it. */
  close(): Promise<void>
}

/** 50,000 containers at 2.5 KB. */
const MAX_STATE_BYTES = 128 << 20

/**
 * Opens the store in a folder, which is made when it is missing; removes what an interrupted write left behind.
 *
 * @throws LockedError while it is open already, here or in another live process
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

/** One write at a time for each file, in the order asked for; different files side by side. */
class WriteQueue {
  readonly #last = new Map<string, Promise<unknown>>()
  #closed = false

  async run<T>(path: string, write: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new Error(`cannot write ${path}: the store is closed`)
    const before = this.#last.get(path)
    const result = before ? before.then(write) : write()
    const settled = result.then(
      () => {},
      () => {}, // told to who asked for it; the next write stands on its own
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

/** @returns whether there was one */
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
