import { posix } from 'node:path'
import { ParsingError, parseYaml } from '../../parsing/index.ts'
import type { Files } from './files.ts'

/** What a kustomization says about other files. Paths are from the root of the repository. */
export interface Kustomization {
  readonly path: string
  /** Namespace that it gives to its objects. */
  readonly namespace: string | undefined
  /** Files and folders that it takes objects from. */
  readonly resources: ReadonlySet<string>
  /** Files with strategic-merge patches. */
  readonly patches: ReadonlySet<string>
}

const NAMES = new Set(['kustomization.yaml', 'kustomization.yml', 'Kustomization'])

/** Reads the kustomizations among the files. One that is not YAML is left out. */
export function kustomizationsOf(files: Files): readonly Kustomization[] {
  return [...files].flatMap(([path, text]) => {
    if (!NAMES.has(posix.basename(path))) return []
    try {
      return readKustomization(path, (parseYaml(text) ?? {}) as Readonly<Record<string, unknown>>)
    } catch (error) {
      if (!(error instanceof ParsingError)) throw error
      return []
    }
  })
}

function readKustomization(path: string, value: Readonly<Record<string, unknown>>): Kustomization {
  const folder = posix.dirname(path)
  const listed = (...fields: string[]) =>
    fields
      .flatMap((field) => (Array.isArray(value[field]) ? (value[field] as unknown[]) : []))
      .map((entry) => (typeof entry === 'string' ? entry : (entry as { path?: unknown } | null)?.path))
      .filter((entry) => typeof entry === 'string')
      .map((entry) => posix.join(folder, entry).replace(/\/$/, ''))
  return {
    path,
    namespace: typeof value.namespace === 'string' ? value.namespace : undefined,
    resources: new Set(listed('resources', 'bases', 'components')),
    patches: new Set(listed('patches', 'patchesStrategicMerge')),
  }
}
