import { readAttune } from './attune/read.ts'
import type { ClusterState } from './cluster-state.ts'
import { readGoldilocks } from './goldilocks.ts'
import { readKrr } from './krr.ts'
import type { Tool } from './objects.ts'
import type { Reading } from './unit.ts'
import { readVpas } from './vpa/read.ts'

/** Reads what each tool does in a cluster. */
export const READERS: Readonly<Record<Tool, (state: ClusterState) => Reading>> = {
  vpa: (state) => readVpas(state),
  krr: readKrr,
  goldilocks: readGoldilocks,
  attune: readAttune,
}
