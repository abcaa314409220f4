import { allotmentsOf, type Note, plural, type WorkloadFacts } from '../../insight/index.ts'
import { type Pod, readContainers } from '../../policy/index.ts'
import { type RunRule, workloadKey } from '../../workloads/index.ts'
import { workloadOfManifest } from '../manifests/controllers.ts'
import type { Skipped } from '../manifests/manifest.ts'
import { readManifests } from '../manifests/manifests.ts'
import { isNowAndThen } from './usage.ts'

export interface ManifestOptions {
  /** Whether a document that is not understood is an error. */
  readonly strict?: boolean
  /** Rules that recognize workloads whose owners live for one run; by default those that need no settings. */
  readonly rules?: readonly RunRule[]
  /** Called with the documents that could not be read and were left out. */
  readonly onSkipped?: (skipped: readonly Skipped[]) => void
}

/**
 * The authors' values in manifests: YAML files and folders of them.
 *
 * @throws ManifestError with file and line
 */
export async function workloadsInManifests(
  paths: readonly string[],
  { strict, rules, onSkipped }: ManifestOptions,
): Promise<{ readonly workloads: readonly WorkloadFacts[]; readonly notes: readonly Note[] }> {
  const { manifests, skipped } = await readManifests(paths, strict)
  onSkipped?.(skipped)
  const workloads = manifests.map((manifest): WorkloadFacts => {
    const workload = workloadOfManifest(manifest, rules)
    return {
      workload,
      // A manifest does not say how often a workload runs that runs only at times.
      ...(!isNowAndThen(workload) && { pods: manifest.replicas }),
      containers: readContainers(manifest.template as Pod)
        .filter((slot) => slot.kind !== 'init')
        .map((slot) => {
          const allotments = allotmentsOf(slot.carried)
          return { name: slot.name, author: allotments, now: allotments }
        }),
    }
  })
  return { workloads: joined(workloads), notes: skipped.length > 0 ? [leftOut(skipped.length)] : [] }
}

/** Objects that belong to one workload by their labels count together. */
function joined(workloads: readonly WorkloadFacts[]): readonly WorkloadFacts[] {
  return [...Map.groupBy(workloads, ({ workload }) => workloadKey(workload)).values()].map((its) => {
    const last = its.at(-1)!
    return last.pods === undefined ? last : { ...last, pods: its.reduce((sum, { pods = 0 }) => sum + pods, 0) }
  })
}

function leftOut(count: number): Note {
  const says = `${plural(count, 'document')} of the manifests ${count === 1 ? 'was' : 'were'} not understood and left out.`
  return { code: 'ManifestsLeftOut', says }
}
