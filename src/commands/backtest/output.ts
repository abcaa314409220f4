import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { CommandError } from '../failure.ts'

/**
 * A file that appears completely or not at all: the content is first written to a temporary file next to it. A pipe or
 * a device is written to directly.
 */
export class OutputFile {
  readonly #path: string
  readonly #temporary: string | undefined
  readonly #file: FileHandle

  private constructor(path: string, temporary: string | undefined, file: FileHandle) {
    this.#path = path
    this.#temporary = temporary
    this.#file = file
  }

  /**
   * Opens the file. Call this before the work begins, so that a path that cannot be written to fails immediately.
   *
   * @throws CommandError
   */
  static async open(path: string): Promise<OutputFile> {
    return told(path, async () => {
      const there = await stat(path).catch(() => undefined)
      if (there?.isDirectory()) throw new Error('it is a directory')
      if (there && !there.isFile()) return new OutputFile(path, undefined, await open(path, 'w'))
      // What a link points to is replaced, not the link.
      const target = there ? await realpath(path) : path
      const temporary = `${target}.${process.pid}.tmp`
      return new OutputFile(target, temporary, await open(temporary, 'wx'))
    })
  }

  /**
   * Writes the content, and puts the file in its place.
   *
   * @throws CommandError
   */
  async write(chunks: Iterable<string>): Promise<void> {
    await told(this.#path, async () => {
      for (const chunk of chunks) await this.#file.write(chunk)
      if (!this.#temporary) return
      await this.#file.sync() // before the rename, or the name may reach the disk earlier than the bytes
      await rename(this.#temporary, this.#path)
    })
  }

  /** Closes the file, and removes it if it was not written completely. */
  async close(): Promise<void> {
    await this.#file.close()
    if (this.#temporary) await rm(this.#temporary, { force: true })
  }
}

async function told<T>(path: string, act: () => Promise<T>): Promise<T> {
  return act().catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'there is no such folder' : error.message
    throw new CommandError(`cannot write ${path}: ${why}`, { cause: error })
  })
}
