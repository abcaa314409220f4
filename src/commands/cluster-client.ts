import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Credentials, findCredentials, KubeClient } from '../kube/index.ts'
import { CommandError } from './failure.ts'

/**
 * A client of the cluster that the credentials at hand lead to.
 *
 * @param orElse what else may be done where there are none
 * @throws CommandError where there are none
 */
export async function clusterClient(
  orElse?: string,
): Promise<{ readonly client: KubeClient; readonly credentials: Credentials }> {
  const credentials = await findCredentials().catch((cause: Error) => {
    throw new CommandError([cause.message, orElse].filter(Boolean).join(' '), { cause })
  })
  return { client: new KubeClient({ credentials, version: version() }), credentials }
}

/** Of this program. */
export function version(): string {
  return JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8')).version
}
