import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Recommendation } from '../api/index.ts'
import { parseJson } from '../parsing/index.ts'
import { TEMPORARY_SUFFIX } from './atomic-file.ts'

/** A file in the store's folder that is not one of its Recommendations. */
interface StoreProblem {
  readonly path: string
  readonly reason: string
}

export interface StoreContents {
  /** Recommendations in the order of their file names. */
  readonly recommendations: readonly Recommendation[]
  readonly problems: readonly StoreProblem[]
}

/** Largest size of a file. A Recommendation has at most `MAX_CONTAINERS` containers, three times about 200 KB. */
export const MAX_OBJECT_BYTES = 1 << 20
const SUFFIX = '.json'
const READS_AT_ONCE = 32

/** Names as RFC 1123 and Kubernetes define them, short enough for a file name of 255 bytes with suffixes. */
const PLAIN_NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
const PLAIN_NAME = /^[a-z0-9]([-a-z0-9.]{0,158}[a-z0-9])?$/

/**
 * File name of one object: `<namespace>.<name>.json` (a namespace has no dots), or a digest of both if either is long or not a plain
 * Kubernetes name. No name leads outside the folder, and no two objects share a file.
 */
export function objectFileName(namespace: string, name: string): string {
  if (PLAIN_NAMESPACE.test(namespace) && PLAIN_NAME.test(name)) return `${namespace}.${name}${SUFFIX}`
  // No plain namespace begins with "_".
  return `_${createHash('sha256')
    .update(JSON.stringify([namespace, name]))
    .digest('hex')}${SUFFIX}`
}

/** Reads every object in a folder. A damaged or foreign file is reported and skipped; it is never fatal. */
export async function readObjects(folder: string): Promise<StoreContents> {
  const names = (await readdir(folder)).filter((name) => !name.endsWith(TEMPORARY_SUFFIX)).sort()
  const recommendations: Recommendation[] = []
  const problems: StoreProblem[] = []
  for (let at = 0; at < names.length; at += READS_AT_ONCE) {
    const batch = names.slice(at, at + READS_AT_ONCE).map((name) => readObject(folder, name))
    for (const read of await Promise.all(batch)) {
      if (read === undefined) continue
      if ('reason' in read) problems.push(read)
      else recommendations.push(read)
    }
  }
  return { recommendations, problems }
}

/** @returns undefined if the file has just been deleted */
async function readObject(folder: string, name: string): Promise<Recommendation | StoreProblem | undefined> {
  const path = join(folder, name)
  const problem = (reason: string): StoreProblem => ({ path, reason })
  if (!name.endsWith(SUFFIX)) return problem(`is not one of the store's files, which end in ${SUFFIX}`)

  let text: string
  try {
    const bytes = await readFileBounded(path, MAX_OBJECT_BYTES)
    if (bytes === undefined) return undefined
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    return problem(`cannot be read: ${(error as Error).message}`)
  }

  let json: unknown
  try {
    json = parseJson(text)
  } catch (error) {
    return problem(`is not JSON: ${(error as Error).message}`)
  }

  const parsed = Recommendation.safeParse(json)
  if (!parsed.success) return problem(`is not a Recommendation: ${z.prettifyError(parsed.error)}`)
  const { metadata } = parsed.data
  const rightful = objectFileName(metadata.namespace, metadata.name)
  if (rightful !== name) return problem(`holds ${metadata.namespace}/${metadata.name}, which belongs in ${rightful}`)
  return parsed.data
}

/**
 * Reads a file of at most `maxBytes` bytes.
 *
 * @returns undefined if there is no such file
 * @throws Error if it is not a regular file, is too large, or cannot be read
 */
export async function readFileBounded(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
  // O_NONBLOCK: opening a pipe would otherwise wait forever for its writer.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      if (error.code === 'ELOOP') throw new Error('it is a symbolic link')
      throw error
    },
  )
  if (!file) return undefined
  try {
    const stat = await file.stat()
    if (!stat.isFile()) throw new Error('it is not a regular file')
    if (stat.size > maxBytes) throw new Error(`it has ${stat.size} bytes, more than ${maxBytes}`)
    return await file.readFile()
  } finally {
    await file.close()
  }
}
