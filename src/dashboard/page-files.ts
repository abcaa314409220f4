import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** Folder with the output of `npm run build:page`, next to this file in the sources and in the image. */
const BUILT = join(import.meta.dirname, 'built')
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

export interface PageFile {
  readonly type: string
  readonly bytes: Buffer
  readonly gzip: Buffer
}

export interface PageFiles {
  readonly index: PageFile
  /** Files by name. */
  readonly assets: ReadonlyMap<string, PageFile>
}

/**
 * Reads the page's files into memory.
 *
 * @throws Error if the page has not been built
 */
export function readPageFiles(directory = BUILT): PageFiles {
  const files = new Map(namesIn(directory).flatMap((name) => fileIn(directory, name)))
  const index = files.get('index.html')
  if (!index) throw new Error(`${directory} contains no page: run "npm run build:page" (npm install does it, too)`)
  files.delete('index.html')
  return { index, assets: files }
}

/** The page as it is under a path: its address starts with the prefix, which the page reads from the element `html`. */
export function underPrefix({ index, assets }: PageFiles, prefix: string): PageFiles {
  if (prefix === '') return { index, assets }
  const text = index.bytes.toString('utf8')
  const bytes = Buffer.from(
    text.replaceAll('="/assets/', `="${prefix}/assets/`).replace('<html ', `<html data-prefix="${prefix}" `),
  )
  return { index: pageFile(index.type, bytes), assets }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

function fileIn(directory: string, name: string): [string, PageFile][] {
  const type = TYPES[extname(name)]
  if (!type) return []
  return [[name, pageFile(type, readFileSync(join(directory, name)))]]
}

function pageFile(type: string, bytes: Buffer): PageFile {
  return { type, bytes, gzip: gzipSync(bytes, { level: 9 }) }
}
