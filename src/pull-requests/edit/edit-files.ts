import { ParsingError } from '../../parsing/index.ts'
import { nameOf, type WantedWorkload } from '../wanted.ts'
import type { Files } from './files.ts'
import { findManifest } from './find-manifest.ts'
import type { HelmValues } from './helm-values.ts'
import { editInlinePatch } from './inline-patches.ts'
import type { Manifests } from './manifests.ts'
import { EditProblem } from './problem.ts'
import { type Change, type Step, setValues } from './set-values.ts'

/** What has to change in the files for some workloads. */
export interface Edits {
  /** New texts of the files that change, by path. */
  readonly files: Files
  /** Workloads that cannot be changed, each with the reason, as sentences. */
  readonly problems: readonly string[]
}

/** Writes the wanted values of workloads into their manifests, or into the Helm values that a mapping names. */
export function editFiles(
  manifests: Manifests,
  wanted: readonly WantedWorkload[],
  mapping: readonly HelmValues[],
): Edits {
  const { files } = manifests
  const edited = new Map<string, string>()
  const problems: string[] = []
  for (const one of wanted) {
    if (one.values.length === 0) continue
    try {
      const [path, text] = editOf(manifests, edited, one, mapping)
      edited.set(path, text)
    } catch (error) {
      if (!(error instanceof EditProblem || error instanceof ParsingError)) throw error
      problems.push(`${nameOf(one.workload)}: ${error.message}`)
    }
  }
  return { files: new Map([...edited].filter(([path, text]) => files.get(path) !== text)), problems }
}

/** @returns the path of a file, and its new text */
function editOf(
  manifests: Manifests,
  edited: Files,
  wanted: WantedWorkload,
  mapping: readonly HelmValues[],
): [string, string] {
  const { workload, values } = wanted
  const textOf = (path: string) => edited.get(path) ?? manifests.files.get(path)
  const mapped = mapping.find(
    (one) => one.workload.toLowerCase() === nameOf(workload) && one.namespace === workload.namespace,
  )
  if (mapped) {
    const text = textOf(mapped.file)
    if (text === undefined) throw new EditProblem(`there is no file ${mapped.file}, which --helm-values names`)
    const changes = values.map(({ container, section, resource, to }) => {
      const path = mapped.containers[container]
      if (!path) throw new EditProblem(`--helm-values says no path for the container ${container}`)
      return { to: path.slice(0, -1), keys: [path.at(-1)!, section, resource], value: to }
    })
    return [mapped.file, setValues(text, 0, changes)]
  }
  const { path, index } = findManifest(manifests, wanted)
  const spec =
    workload.kind === 'CronJob' ? ['spec', 'jobTemplate', 'spec', 'template', 'spec'] : ['spec', 'template', 'spec']
  const changes = values.map(({ container, isInit, section, resource, to }): Change => {
    const steps: Step[] = [...spec, isInit ? 'initContainers' : 'containers', { name: container }]
    return { to: steps, keys: ['resources', section, resource], value: to }
  })
  const inline = manifests.inline.get(path)
  if (inline)
    return [inline.path, editInlinePatch(textOf(inline.path)!, inline, (patch) => setValues(patch, index, changes))]
  return [path, setValues(textOf(path)!, index, changes)]
}
