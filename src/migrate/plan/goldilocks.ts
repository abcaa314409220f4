import type { ClusterState } from './cluster-state.ts'
import { valueAt } from './merge-patch.ts'
import type { ApiObject, Texts } from './objects.ts'
import { beforeMigration } from './record.ts'
import type { Reading, SwitchOff } from './unit.ts'
import { UPDATE_MODES, type UpdateMode } from './vpa/object.ts'
import { isOfGoldilocks, readVpas } from './vpa/read.ts'
import { describeWorkload, type KnownWorkload } from './workload.ts'

/** On a namespace or a workload: the mode of the VPAs that Goldilocks creates. Source: pkg/vpa/vpa.go of FairwindsOps/goldilocks. */
const UPDATE_MODE = 'goldilocks.fairwinds.com/vpa-update-mode'
const PATH = ['metadata', 'annotations', UPDATE_MODE]

/** Reads the VPAs that Goldilocks creates. It sets their mode again and again, so it must be told as well. */
export function readGoldilocks(state: ClusterState): Reading {
  return readVpas(state, {
    name: 'Goldilocks VPA',
    isOurs: isOfGoldilocks,
    modeOf: (_vpa, workload) =>
      modeOn(beforeMigration(workload.object)) ?? modeOn(state.namespaces.get(workload.workload.namespace)),
    off: (workload) => [told(workload)],
  })
}

/** The annotation has priority over the label, and the workload over its namespace. The mode may be spelled in any case. */
function modeOn(object: ApiObject | undefined): UpdateMode | undefined {
  const text = textOf(object, 'annotations') ?? textOf(object, 'labels')
  return UPDATE_MODES.find((mode) => mode.toLowerCase() === text?.toLowerCase())
}

function textOf(object: ApiObject | undefined, where: 'annotations' | 'labels'): string | undefined {
  const texts: Texts | undefined = object?.metadata[where]
  return texts?.[UPDATE_MODE]
}

/** The annotation of the object of a workload, not of its Pod template: no Pod is replaced. */
function told({ type, object, workload }: KnownWorkload): SwitchOff {
  const before = valueAt(beforeMigration(object), PATH) ?? 'none'
  return {
    ...{ type, object, fields: [{ path: PATH, is: 'off' }] },
    says: `${describeWorkload(workload)}: annotation ${UPDATE_MODE} ${before} -> off`,
  }
}
