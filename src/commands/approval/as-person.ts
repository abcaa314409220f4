import { KubeError } from '../../kube/index.ts'
import { type Person, personOf } from '../../wishes/index.ts'
import { clusterClient } from '../cluster-options.ts'
import { CommandError } from '../failure.ts'

/** What the commands that people decide with have in common. */
export interface PersonOptions {
  readonly namespace?: string
  readonly dryRun?: boolean
}

/** Owner of what people write with these commands. */
export const FIELD_MANAGER = 'kubectl-plimsoll'

/** Runs what a person asked for against the cluster of their kubeconfig. @throws CommandError where there is none, or it refuses */
export async function asPerson(
  { namespace }: Pick<PersonOptions, 'namespace'>,
  run: (person: Person & { readonly namespace: string }) => Promise<void>,
): Promise<void> {
  const { client, credentials } = await clusterClient()
  try {
    await run({ ...personOf(client, FIELD_MANAGER), namespace: namespace ?? credentials.namespace })
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
