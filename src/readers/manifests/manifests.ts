import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeText } from '../../parsing/index.ts'
import { type Manifest, ManifestError, type Skipped, TEMPLATES } from './manifest.ts'
import { addDocuments, type Found, resolved } from './parse.ts'

/** What manifests hold: objects that create Pods, and documents that are not understood. */
export interface Manifests {
  readonly manifests: readonly Manifest[]
  readonly skipped: readonly Skipped[]
}

const MAX_FILE_BYTES = 4 * 1024 * 1024
const MANIFEST_FILE = /\.(ya?ml|json)$/
const CHART = 'Chart.yaml'
/** Reasons that an error names. */
const MOST_NAMED = 5

/**
 * Reads the objects that create Pods from files and folders (the files directly inside), in order of name. Other objects, such
 * as Services, are passed over: manifests are often mixed. Documents that are not understood are skipped.
 *
 * @param isStrict whether such a document is an error
 * @throws ManifestError with file and line if a path cannot be read, or nothing in it makes Pods
 */
export async function readManifests(paths: readonly string[], isStrict = false): Promise<Manifests> {
  const found: Found = { objects: [], skipped: [] }
  for (const path of paths) await addPath(found, path)
  const { manifests, skipped } = resolved(found)
  const reasons = skipped.slice(0, MOST_NAMED).map(({ where, why }) => `\n  ${where}: ${why}`)
  const rest = skipped.length > MOST_NAMED ? `\n  and ${skipped.length - MOST_NAMED} more` : ''
  if (isStrict && skipped.length > 0) {
    throw new ManifestError(`not understood, and left out without --strict:${reasons.join('')}${rest}`)
  }
  if (manifests.length === 0) {
    const kinds = Object.keys(TEMPLATES).join(', ')
    throw new ManifestError(
      `${paths.join(', ')}: no object that makes Pods. Expected at least one ${kinds} in YAML${reasons.length > 0 ? `. Skipped:${reasons.join('')}${rest}` : ''}`,
    )
  }
  return { manifests, skipped }
}

async function addPath(found: Found, path: string): Promise<void> {
  const stats = await stat(path).catch(explainUnreadable(path))
  if (!stats.isDirectory()) return addDocuments(found, await textOf(path), path, 'default')
  const names = (await readdir(path).catch(explainUnreadable(path))).filter((name) => MANIFEST_FILE.test(name)).sort()
  if (names.includes(CHART)) {
    found.skipped.push({
      where: path,
      why: 'a chart that is not rendered: give what `helm template` prints, such as by `helm template . > pods.yaml`',
    })
    return
  }
  for (const name of names) {
    const file = join(path, name)
    try {
      addDocuments(found, await textOf(file), file, 'default')
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error
      found.skipped.push({ where: file, why: error.message.replace(`${file}: `, '') })
    }
  }
}

async function textOf(file: string): Promise<string> {
  const { size } = await stat(file).catch(explainUnreadable(file))
  if (size > MAX_FILE_BYTES) throw new ManifestError(`${file}: larger than 4 MiB. Expected manifests in YAML: split it`)
  return decodeText(await readFile(file).catch(explainUnreadable(file)))
}

function explainUnreadable(path: string) {
  return (cause: NodeJS.ErrnoException): never => {
    const problem = cause.code === 'ENOENT' ? 'no such file or folder' : cause.message
    throw new ManifestError(`${path}: ${problem}. Expected a manifest in YAML, or a folder of them`, { cause })
  }
}

/**
 * Parses the objects that create Pods from YAML or JSON text.
 *
 * @param file path for messages
 * @param namespace namespace of objects that name none
 */
export function parseManifests(text: string, file: string, namespace = 'default'): Manifests {
  const found: Found = { objects: [], skipped: [] }
  addDocuments(found, text, file, namespace)
  return resolved(found)
}
