import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadSettings, type Settings } from '../config/index.ts'
import { type Credentials, findCredentials, KubeClient } from '../kube/index.ts'
import type { Effective } from '../policy/index.ts'
import { effectiveOf } from '../readers/index.ts'
import { createLogger, type Logger, type LogLevel } from '../telemetry/index.ts'
import { CommandError } from './failure.ts'

/** What every command that runs in a cluster takes. */
export interface ClusterOptions {
  readonly config?: string
  readonly logLevel: LogLevel
}

export interface ClusterContext {
  readonly settings: Settings
  readonly cluster: Effective
  readonly client: KubeClient
  readonly logger: Logger
}

/** @throws CommandError, ConfigError when there is no cluster or the settings cannot be used */
export async function connect({ config, logLevel }: ClusterOptions): Promise<ClusterContext> {
  const settings = loadSettings(config)
  const { client } = await clusterClient()
  return { settings, cluster: effectiveOf(settings), client, logger: createLogger(logLevel) }
}

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
