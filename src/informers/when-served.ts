import { pause, systemTime } from '../clock/index.ts'
import { KubeError, type ResourceType } from '../kube/index.ts'
import type { InformerContext } from './context.ts'

/** How often Plimsoll asks a cluster without a type whether it has it now. */
const ASK_AGAIN_MILLISECONDS = 10 * 60_000

/**
 * Waits until the API server serves a type of another project, which most clusters do not have: a reflector would fail forever.
 *
 * @param namespace where objects may be listed; undefined for all namespaces
 * @param onAbsent called each time that the type is missing
 */
export async function whenServed(
  { client, logger, time = systemTime }: InformerContext,
  type: ResourceType,
  namespace: string | undefined,
  signal: AbortSignal,
  onAbsent: () => void = () => {},
): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const _ of client.list(type, { namespace, pageSize: 1, signal })) break
      return
    } catch (error) {
      if (signal.aborted || !(error instanceof KubeError && error.status === 404)) return
      onAbsent()
      logger.debug({ namespace }, `the cluster has no ${type.plural}`)
      await pause(time, ASK_AGAIN_MILLISECONDS, signal)
    }
  }
}
