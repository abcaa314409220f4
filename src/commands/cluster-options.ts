import { loadSettings, type Settings } from '../config/index.ts'
import type { KubeClient } from '../kube/index.ts'
import { clusterPolicy, type Effective } from '../policy/index.ts'
import { createLogger, type Logger, type LogLevel } from '../telemetry/index.ts'
import { clusterClient } from './cluster-client.ts'

/** Options of every command that runs in a cluster. */
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

/**
 * Loads the settings and connects to the cluster.
 *
 * @throws CommandError if there is no cluster
 * @throws ConfigError if the settings cannot be used
 */
export async function connect({ config, logLevel }: ClusterOptions): Promise<ClusterContext> {
  const settings = loadSettings(config)
  const { client } = await clusterClient({})
  return { settings, cluster: clusterPolicy(settings), client, logger: createLogger(logLevel) }
}
