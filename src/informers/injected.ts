import { Reflector } from '../kube/index.ts'
import {
  INJECTED_COLUMNS,
  INJECTED_RECOMMENDATIONS,
  RECOMMENDATIONS,
  type Snapshot,
  trimToInjected,
} from '../recommendations/index.ts'
import type { InformerContext } from './context.ts'

/**
 * Creates a reflector that keeps the snapshot of injected values in sync with the cluster.
 *
 * @param onHeard called at least once a minute while the watch works, whenever the snapshot is up to date
 */
export function injectedReflector({ client, logger, time }: InformerContext, snapshot: Snapshot, onHeard: () => void) {
  return new Reflector({
    client,
    type: RECOMMENDATIONS,
    time,
    columns: INJECTED_COLUMNS,
    columnsType: INJECTED_RECOMMENDATIONS,
    trim: trimToInjected,
    onReplace: (all) => snapshot.replace(all),
    onUpsert: (recommendation) => snapshot.put(recommendation),
    onDelete: (recommendation) => snapshot.delete(recommendation),
    onTrouble: (error, retryMilliseconds) => logger.warn({ error, retryMilliseconds }, 'watching Recommendations'),
    onHeard,
  })
}
