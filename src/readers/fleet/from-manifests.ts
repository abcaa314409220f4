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
  /** How to recognize what repeats from run to run; by default without settings. */
  readonly rules?: readonly RunRule[]
  /** Called with what is not understood and was left out. */
  readonly onSkipped?: (skipped: readonly Skipped[]) => void
}

/**
 * What authors wrote in manifests, in YAML files and folders of them.
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
      // A manifest does not say how often something runs that only runs now and then.
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

/** Objects that are one workload by their labels count together. */
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
