// `npm run build:cluster [-- PROGRAM…]`: builds the programs of a test cluster in advance.
import { findOrBuild } from './harness/binaries.ts'
import { CLUSTER_PROGRAMS, PROGRAMS, type ProgramName } from './harness/programs.ts'
import { stderrProgress } from './harness/progress.ts'
import { controlPlaneObstacle } from './harness/requirements.ts'

const obstacle = controlPlaneObstacle()
const named = process.argv.slice(2)
const unknown = named.filter((name) => !(name in PROGRAMS))
if (unknown.length > 0)
  throw new Error(`no such programs: ${unknown.join(', ')}; expected ${Object.keys(PROGRAMS).join(', ')}`)
const wanted =
  named.length > 0
    ? (named as ProgramName[])
    : [
        ...CLUSTER_PROGRAMS,
        ...(['helm', 'helm3', 'victoria-metrics', 'native-histogram', 'krew', 'validate-krew-manifest'] as const),
      ]
if (obstacle) stderrProgress(`nothing is built: ${obstacle}`)
else await findOrBuild(wanted, stderrProgress)
