import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { HistoryError } from '../source.ts'

const BLOCK_BYTES = 64 * 1024

/**
 * Bytes of a file, decompressed if the content begins like gzip or zstd, regardless of its name. Closes the file if the reader stops
 * early.
 *
 * @param onRead called with the share of the file that has been read, 0..1
 * @throws HistoryError if the file cannot be read, or its compressed data are damaged or cut short
 */
export async function* readBytes(path: string, onRead?: (share: number) => void): AsyncGenerator<Buffer> {
  const size = await sizeOf(path)
  const unpack = await unpackerFor(path)
  const file = createReadStream(path, { highWaterMark: BLOCK_BYTES })
  const bytes = unpack ? pipeline(file, unpack({ chunkSize: BLOCK_BYTES }), () => {}) : file
  try {
    for await (const block of bytes) {
      onRead?.(Math.min(1, file.bytesRead / size))
      yield block
    }
  } catch (error) {
    throw failure(path, error, unpack === createZstdDecompress ? 'zstd' : 'gzip')
  } finally {
    file.destroy()
    bytes.destroy()
  }
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch((error) => {
    throw failure(path, error)
  })
  if (found.isDirectory()) throw new HistoryError(`${path} is a directory: give the file with the usage history in it`)
  // Anything else would have to be read twice, or may never end.
  if (!found.isFile()) throw new HistoryError(`${path} is not a regular file: write the history to a file first`)
  if (found.size === 0)
    throw new HistoryError(`${path} is empty: expected CSV with a header line, OpenMetrics text or JSON`)
  return found.size
}

/** Formats that are not text, by their first bytes, and what to do. */
const OTHER_FORMATS: readonly (readonly [begin: string, what: string])[] = [
  ['504b0304', 'a ZIP archive or a spreadsheet workbook: unpack it, or save the table as CSV'],
  ['d0cf11e0', 'a spreadsheet workbook: save the table as CSV'],
  ['50415231', 'a Parquet file: export it as CSV'],
  ['fd377a58', 'compressed by xz: unpack it, or compress it by gzip'],
  ['425a68', 'compressed by bzip2: unpack it, or compress it by gzip'],
]

/** What unpacks a file; undefined if it is not compressed. */
async function unpackerFor(path: string): Promise<typeof createGunzip | typeof createZstdDecompress | undefined> {
  const file = await open(path).catch((error) => {
    throw failure(path, error)
  })
  try {
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0)
    const begin = buffer.toString('hex')
    const other = OTHER_FORMATS.find(([its]) => begin.startsWith(its))
    if (other) throw new HistoryError(`${path} is ${other[1]}`)
    return begin.startsWith('1f8b') ? createGunzip : begin === '28b52ffd' ? createZstdDecompress : undefined
  } finally {
    await file.close()
  }
}

function failure(path: string, error: unknown, format = 'gzip'): unknown {
  const { code = '', message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return new HistoryError(`${path}: there is no such file`, { cause: error })
  if (code === 'EACCES' || code === 'EPERM') {
    return new HistoryError(`${path} may not be read: give this user read permission on it and its folders`, {
      cause: error,
    })
  }
  if (code === 'Z_BUF_ERROR') {
    return new HistoryError(`${path}: the ${format} data ends too early; copy or download it again`, { cause: error })
  }
  if (code.startsWith('Z_') || code.startsWith('ZSTD_')) {
    return new HistoryError(`${path}: the ${format} data is damaged (${message}); copy or download it again`, {
      cause: error,
    })
  }
  return new HistoryError(`${path} cannot be read: ${message}`, { cause: error })
}
