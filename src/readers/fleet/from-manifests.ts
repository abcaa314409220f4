import { allotmentsOf, type WorkloadFacts } from '../../insight/index.ts'
import { type Pod, readContainers } from '../../policy/index.ts'
import { readManifests } from '../manifests/manifests.ts'
import { isNowAndThen } from './usage.ts'

/**
 * What authors wrote in manifests, in YAML files and folders of them.
 *
 * @throws ManifestError with file and line
 */
export async function workloadsInManifests(paths: readonly string[]): Promise<WorkloadFacts[]> {
  const manifests = await readManifests(paths)
  return manifests.map(({ kind, namespace, name, replicas, template }) => ({
    workload: { namespace, kind, name },
    // A manifest does not say how often something runs that only runs now and then.
    ...(!isNowAndThen({ kind }) && { pods: replicas }),
    containers: readContainers(template as Pod)
      .filter((slot) => slot.kind !== 'init')
      .map((slot) => {
        const allotments = allotmentsOf(slot.carried)
        return { name: slot.name, author: allotments, now: allotments }
      }),
  }))
}
