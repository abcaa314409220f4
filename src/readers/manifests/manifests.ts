import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { decodeText } from '../../parsing/index.ts'
import { type Manifest, ManifestError, type Skipped, TEMPLATES } from './manifest.ts'
import { addDocuments, type Found, NOT_KUSTOMIZED, resolved } from './parse.ts'

/** Content of manifests: objects that create Pods, and documents that could not be read. */
export interface Manifests {
  readonly manifests: readonly Manifest[]
  readonly skipped: readonly Skipped[]
}

/** Parsing JSON takes a tenth of the time of YAML. */
const MAX_BYTES = { yaml: 16 * 1024 * 1024, json: 64 * 1024 * 1024 }
const MANIFEST_FILE = /\.(ya?ml|json)$/
const CHART = 'Chart.yaml'
const KUSTOMIZATION = /^kustomization\.ya?ml$/
/** Maximum number of reasons in an error. */
const MOST_NAMED = 5

/**
 * Reads the objects that create Pods from files and folders (the files directly inside), in order of name. Other objects, such as
 * Services, are skipped silently, because manifests are often mixed. Documents that cannot be read are reported as skipped.
 *
 * @param isStrict whether such a document is an error
 * @throws ManifestError with file and line if a path cannot be read, or nothing in it creates Pods
 */
export async function readManifests(paths: readonly string[], isStrict = false): Promise<Manifests> {
  const found: Found = { objects: [], skipped: [] }
  for (const path of paths) await addPath(found, path)
  const { manifests, skipped } = resolved(found)
  const reasons = skipped.slice(0, MOST_NAMED).map(({ where, why }) => `\n  ${where}: ${why}`)
  const rest = skipped.length > MOST_NAMED ? `\n  and ${skipped.length - MOST_NAMED} more` : ''
  if (isStrict && skipped.length > 0) {
    throw new ManifestError(
      `some documents cannot be read (without --strict, they are skipped):${reasons.join('')}${rest}`,
    )
  }
  if (manifests.length === 0) {
    const kinds = Object.keys(TEMPLATES).join(', ')
    throw new ManifestError(
      `${paths.join(', ')}: no object that creates Pods. Expected at least one ${kinds} in YAML${reasons.length > 0 ? `. Skipped:${reasons.join('')}${rest}` : ''}`,
    )
  }
  return { manifests, skipped }
}

async function addPath(found: Found, path: string): Promise<void> {
  const stats = await stat(path).catch(explainUnreadable(path))
  if (!stats.isDirectory()) return addDocuments(found, await textOf(path), path, 'default')
  const entries = await readdir(path, { withFileTypes: true }).catch(explainUnreadable(path))
  const names = entries.flatMap(({ name }) => (MANIFEST_FILE.test(name) ? [name] : [])).sort()
  if (names.includes(CHART)) {
    found.skipped.push({
      where: path,
      why: 'a chart that is not rendered: give what `helm template` prints, such as by `helm template . > pods.yaml`',
    })
    return
  }
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
  if (folders.length > 0) {
    const named = folders.map(({ name }) => name).sort()
    const rest = named.length > MOST_NAMED ? ` and ${named.length - MOST_NAMED} more` : ''
    const why = `the folders in it are not read (${named.slice(0, MOST_NAMED).join(', ')}${rest}): give them as well`
    found.skipped.push({ where: path, why })
  }
  for (const name of names) {
    const file = join(path, name)
    if (KUSTOMIZATION.test(name)) {
      found.skipped.push({ where: file, why: NOT_KUSTOMIZED })
      continue
    }
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
  const tooLarge = (most: number, act: string) =>
    new ManifestError(`${file}: larger than ${most / 2 ** 20} MiB. Expected manifests in YAML or JSON: ${act}`)
  if (size > MAX_BYTES.json) throw tooLarge(MAX_BYTES.json, 'split it')
  const bytes = unpacked(await readFile(file).catch(explainUnreadable(file)), file)
  const text = decodeText(bytes)
  const isJson = /^\s*[[{]/.test(text)
  if (bytes.length > MAX_BYTES.yaml && !isJson) throw tooLarge(MAX_BYTES.yaml, 'split it, or give it as JSON (-o json)')
  return text
}

function unpacked(bytes: Buffer, file: string): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_BYTES.json })
  } catch (cause) {
    throw new ManifestError(`${file}: cannot be unpacked by gzip: ${(cause as Error).message}`, { cause })
  }
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
