import { type Actor, actorOf } from '../../actions/index.ts'
import { KubeError } from '../../kube/index.ts'
import { clusterClient } from '../cluster-client.ts'
import { CommandError } from '../failure.ts'

/** Options that the commands for actions have in common. */
export interface ActorOptions {
  readonly namespace?: string
  readonly dryRun?: boolean
}

/** Field manager of what is written with these commands. */
const FIELD_MANAGER = 'kubectl-plimsoll'

/** Runs an action in the cluster of the kubeconfig. @throws CommandError where there is none, or where the API server refuses */
export async function asActor(
  { namespace }: Pick<ActorOptions, 'namespace'>,
  run: (actor: Actor & { readonly namespace: string }) => Promise<void>,
): Promise<void> {
  const { client, credentials } = await clusterClient()
  try {
    await run({ ...actorOf(client, FIELD_MANAGER), namespace: namespace ?? credentials.namespace })
  } catch (error) {
    if (!(error instanceof KubeError)) throw error
    throw new CommandError(error.message, { cause: error })
  } finally {
    client.close()
  }
}

/** What is said at the end of a line when nothing was written. */
export function dry(dryRun: boolean | undefined): string {
  return dryRun ? ' (dry run)' : ''
}
