import { posix } from 'node:path'
import { documentsOf } from './documents-of.ts'
import type { Files } from './files.ts'
import { type InlinePatch, inlinePatchesOf, type UnclearPatch } from './inline-patches.ts'

/** What a kustomization says about other files. Paths are from the root of the repository. */
export interface Kustomization {
  readonly path: string
  /** Namespace that it gives to its objects. */
  readonly namespace: string | undefined
  /** What it adds to the names of its objects. */
  readonly namePrefix: string
  readonly nameSuffix: string
  /** Files and folders that it takes objects from. */
  readonly resources: ReadonlySet<string>
  /** Files with strategic-merge patches, and the places of those that are written in it. */
  readonly patches: ReadonlySet<string>
  /** Strategic-merge patches that are written in it, by their place. */
  readonly inline: ReadonlyMap<string, InlinePatch>
  /** Patches that are written in it and cannot be edited. */
  readonly unclear: readonly UnclearPatch[]
}

const NAMES = new Set(['kustomization.yaml', 'kustomization.yml', 'Kustomization'])

export function isKustomization(path: string): boolean {
  return NAMES.has(posix.basename(path))
}

/** Reads the kustomizations among the files. One that is not YAML is left out. */
export function kustomizationsOf(files: Files): readonly Kustomization[] {
  return [...files].flatMap(([path, text]) => {
    const [value] = isKustomization(path) ? documentsOf(text) : []
    return value !== null && typeof value === 'object'
      ? [readKustomization(path, value as Readonly<Record<string, unknown>>)]
      : []
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
  const { namespace, namePrefix, nameSuffix } = value
  const { patches: inline, unclear } = inlinePatchesOf(path, value)
  return {
    path,
    namespace: typeof namespace === 'string' && namespace !== '' ? namespace : undefined,
    namePrefix: typeof namePrefix === 'string' ? namePrefix : '',
    nameSuffix: typeof nameSuffix === 'string' ? nameSuffix : '',
    resources: new Set(listed('resources', 'bases', 'components')),
    patches: new Set([...listed('patches', 'patchesStrategicMerge'), ...inline.keys()]),
    ...{ inline, unclear },
  }
}
