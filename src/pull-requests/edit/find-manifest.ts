import { posix } from 'node:path'
import { ParsingError, parseDocuments } from '../../parsing/index.ts'
import { parseGroupKind } from '../../workloads/index.ts'
import { nameOf, type WantedWorkload } from '../wanted.ts'
import type { Files } from './files.ts'
import { kustomizationsOf } from './kustomizations.ts'
import { EditProblem } from './problem.ts'

/** One document of a file. */
export interface Place {
  readonly path: string
  /** Which document of the file, from 0. */
  readonly index: number
  /** Whether it is a Kustomize patch, which states only what differs. */
  readonly isPatch: boolean
}

interface Candidate extends Place {
  readonly namespaces: ReadonlySet<string>
}

/**
 * Finds the manifest of a workload. A Kustomize patch is preferred to what it patches. A manifest without a namespace belongs to
 * the namespaces of the kustomizations that list its file, or to any if these name none.
 *
 * @throws EditProblem if there is none, several, or one that several overlays share
 */
export function findManifest(files: Files, wanted: WantedWorkload): Place {
  const { namespace } = wanted.workload
  const kustomizations = kustomizationsOf(files)
  const candidates = [...files]
    .flatMap(([path, text]) => candidatesIn(path, text, wanted, kustomizations))
    .filter(({ namespaces }) => namespaces.size === 0 || namespaces.has(namespace))
  const best = [
    (one: Candidate) => one.isPatch && one.namespaces.has(namespace),
    (one: Candidate) => one.isPatch,
    (one: Candidate) => one.namespaces.has(namespace),
    () => true,
  ]
    .map((isBest) => candidates.filter(isBest))
    .find(({ length }) => length > 0)
  const named = nameOf(wanted.workload)
  if (!best)
    throw new EditProblem(`${named} is in no YAML file: give the folder with its manifest (--path), or --helm-values`)
  if (best.length > 1) {
    const paths = best.slice(0, 5).map(({ path }) => path)
    throw new EditProblem(`${named} is in several documents (${paths.join(', ')}): give the folder of one with --path`)
  }
  const [found] = best as [Candidate]
  const sharing = kustomizations.filter(({ resources }) => resources.has(posix.dirname(found.path)))
  if (!found.isPatch && sharing.length > 1)
    throw new EditProblem(
      `${found.path} is shared by ${sharing.map(({ path }) => path).join(', ')}: add a patch for ${named} to the overlay`,
    )
  return found
}

function candidatesIn(
  path: string,
  text: string,
  { workload, apiVersion }: WantedWorkload,
  kustomizations: ReturnType<typeof kustomizationsOf>,
): Candidate[] {
  const { kind } = parseGroupKind(workload.kind)
  if (!text.includes(workload.name) || !text.includes(kind)) return []
  const [group] = apiVersion.split('/')
  const listing = kustomizations.filter(({ patches, resources }) => patches.has(path) || resources.has(path))
  return documentsOf(text).flatMap((value, index) => {
    const { metadata, ...head } = (value ?? {}) as Manifest
    if (head.kind !== kind || metadata?.name !== workload.name) return []
    if (String(head.apiVersion).split('/')[0] !== group) return []
    const { namespace } = metadata
    const theirs = listing.flatMap((one) => one.namespace ?? [])
    return {
      ...{ path, index, isPatch: listing.some(({ patches }) => patches.has(path)) },
      namespaces: new Set(theirs.length > 0 ? theirs : typeof namespace === 'string' ? [namespace] : []),
    }
  })
}

interface Manifest {
  readonly apiVersion?: unknown
  readonly kind?: unknown
  readonly metadata?: { readonly name?: unknown; readonly namespace?: unknown } | null
}

/** Values of the documents of a text; none if it is not YAML, such as a template of a Helm chart. */
function documentsOf(text: string): unknown[] {
  try {
    return [...parseDocuments(text)].map(({ value }) => value)
  } catch (error) {
    if (!(error instanceof ParsingError)) throw error
    return []
  }
}
