// `npm run build:cluster`: has every program of a test cluster ready, so that a run of the tests need not build any.
import { findOrBuild } from './harness/binaries.ts'
import { CLUSTER_PROGRAMS } from './harness/programs.ts'
import { stderrProgress } from './harness/progress.ts'
import { controlPlaneObstacle } from './harness/requirements.ts'

const obstacle = controlPlaneObstacle()
if (obstacle) stderrProgress(`nothing is built: ${obstacle}`)
else await findOrBuild([...CLUSTER_PROGRAMS, 'helm', 'helm3'], stderrProgress)
