import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ClusterChoice, type Credentials, findCredentials, KubeClient } from '../kube/index.ts'
import { CommandError } from './failure.ts'

/**
 * Creates a client of the chosen cluster.
 *
 * @param orElse what to do instead if there are none, a sentence for the error
 * @throws CommandError if there are no credentials
 */
export async function clusterClient(
  choice: ClusterChoice,
  orElse?: string,
): Promise<{ readonly client: KubeClient; readonly credentials: Credentials }> {
  const credentials = await findCredentials(choice).catch((cause: Error) => {
    throw new CommandError([cause.message, orElse].filter(Boolean).join(' '), { cause })
  })
  return { client: new KubeClient({ credentials, version: version() }), credentials }
}

/** Version of this program. */
export function version(): string {
  return JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8')).version
}
