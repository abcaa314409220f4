import type { EventRecorder } from '../../kube/index.ts'
import type { ClusterContext } from '../cluster-options.ts'

/** What the leading learner has to work with. */
export interface LeadContext extends ClusterContext {
  readonly events: EventRecorder
}
