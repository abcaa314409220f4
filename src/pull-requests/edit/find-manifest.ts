import { parseGroupKind } from '../../workloads/index.ts'
import { nameOf, type WantedWorkload } from '../wanted.ts'
import type { Manifests } from './manifests.ts'
import { type Use, usesOf } from './overlays.ts'
import { EditProblem } from './problem.ts'

/** One document of a file. */
export interface Place {
  readonly path: string
  /** Which document of the file, from 0. */
  readonly index: number
}

interface Candidate extends Place {
  /** All overlays that it is a part of; its own path if no kustomization lists it. */
  readonly overlays: ReadonlySet<string>
  /** Those that may make the workload of it. */
  readonly uses: readonly Use[]
  /** Whether it is a Kustomize patch, which states only what differs. */
  readonly isPatch: boolean
}

/**
 * Finds the manifest of a workload. First comes the overlay that makes the workload: one whose files say its namespace, or else one
 * whose files say none. In the overlay, a patch is preferred to what it patches. A file that no kustomization lists is its own overlay.
 *
 * @throws EditProblem if there is none, several, or one that several overlays share
 */
export function findManifest(manifests: Manifests, wanted: WantedWorkload): Place {
  const { namespace } = wanted.workload
  const named = nameOf(wanted.workload)
  const candidates = candidatesOf(manifests, wanted)
  const uses = candidates.flatMap((one) => one.uses)
  const certain = uses.filter((use) => use.namespace === namespace)
  const [overlay, ...others] = new Set((certain.length > 0 ? certain : uses).map((use) => use.overlay))
  if (overlay === undefined)
    throw new EditProblem(
      `${named} is in no YAML file: give the folder with its manifest or a patch for it (--path), or --helm-values`,
    )
  if (others.length > 0)
    throw new EditProblem(
      `${named} is in several places (${listed([overlay, ...others])}): give the folder of one with --path`,
    )
  const inOverlay = candidates.filter((one) => one.uses.some((use) => use.overlay === overlay))
  const patches = inOverlay.filter(({ isPatch }) => isPatch)
  const [found, ...more] = patches.length > 0 ? patches : inOverlay
  if (more.length > 0) {
    const paths = listed([found!, ...more].map(({ path }) => path))
    throw new EditProblem(`${named} is in several documents (${paths}): give the folder of one with --path`)
  }
  if (found!.overlays.size > 1)
    throw new EditProblem(
      `${found!.path} is shared by ${listed([...found!.overlays])}: add a patch for ${named} to the overlay`,
    )
  const unclear = unclearPatch(manifests, overlay, wanted)
  if (unclear)
    throw new EditProblem(
      `${unclear.place} may set resources of ${named}, and is a JSON patch or selects several objects: change it by hand`,
    )
  return found!
}

/** A patch of the overlay that may set the same values, and cannot be edited. */
function unclearPatch({ kustomizations }: Manifests, overlay: string, { workload }: WantedWorkload) {
  const { kind } = parseGroupKind(workload.kind)
  return kustomizations
    .find(({ path }) => path === overlay)
    ?.unclear.find(({ target }) => (target.kind ?? kind) === kind && workload.name.includes(target.name ?? ''))
}

function candidatesOf(manifests: Manifests, { workload, apiVersion }: WantedWorkload): Candidate[] {
  const { kustomizations } = manifests
  const [group] = apiVersion.split('/')
  const candidates: Candidate[] = []
  for (const head of manifests.ofKind(parseGroupKind(workload.kind).kind)) {
    const { path, index } = head
    if (head.group !== group || !workload.name.includes(head.name)) continue
    const all = usesOf(path, head, workload.name, kustomizations)
    const applied = all.length > 0 ? all : [{ ...head, overlay: path }]
    candidates.push({
      ...{ path, index, overlays: new Set(applied.map(({ overlay }) => overlay)) },
      uses: applied.filter(
        ({ name, namespace }) => name === workload.name && (namespace ?? workload.namespace) === workload.namespace,
      ),
      isPatch: kustomizations.some(({ patches }) => patches.has(path)),
    })
  }
  return candidates
}

/** The first few. */
function listed(paths: readonly string[]): string {
  return [...paths.slice(0, 5), ...(paths.length > 5 ? ['…'] : [])].join(', ')
}
