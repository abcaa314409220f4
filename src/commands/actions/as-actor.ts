import { type Actor, actorOf } from '../../actions/index.ts'
import { type ClusterChoice, KubeError } from '../../kube/index.ts'
import { clusterClient } from '../cluster-client.ts'
import { CommandError } from '../failure.ts'

/** Options that the commands for actions have in common. */
export interface ActorOptions extends ClusterChoice {
  readonly namespace?: string
  readonly dryRun?: boolean
}

/** Field manager of the fields that these commands write. */
const FIELD_MANAGER = 'kubectl-plimsoll'

/**
 * Runs an action in the chosen cluster.
 *
 * @throws CommandError if there is no cluster, or the API server refuses the action
 */
export async function asActor(
  { namespace, ...choice }: Omit<ActorOptions, 'dryRun'>,
  run: (actor: Actor & { readonly namespace: string }) => Promise<void>,
): Promise<void> {
  const { client, credentials } = await clusterClient(choice)
  try {
    await run({ ...actorOf(client, FIELD_MANAGER), namespace: namespace ?? credentials.namespace })
  } catch (error) {
    if (!(error instanceof KubeError)) throw error
    throw new CommandError(error.message, { cause: error })
  } finally {
    client.close()
  }
}

/** Suffix of a line that says that nothing was written; empty without `--dry-run`. */
export function dry(dryRun: boolean | undefined): string {
  return dryRun ? ' (dry run)' : ''
}
