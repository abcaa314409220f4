import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadSettings, type Settings } from '../config/index.ts'
import { findCredentials, KubeClient } from '../kube/index.ts'
import { canaryRules, changeWindow, DEFAULT_POLICY, type Effective } from '../policy/index.ts'
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
  const credentials = await findCredentials().catch((cause: Error) => {
    throw new CommandError(cause.message, { cause })
  })
  return {
    settings,
    cluster: effectiveOf(settings),
    client: new KubeClient({ credentials, version: version() }),
    logger: createLogger(logLevel),
  }
}

/** What the settings come to for a Pod that no SizingPolicy takes. */
export function effectiveOf(settings: Settings): Effective {
  const { goal, bounds, limits, sizeBestEffort, canary, criticality, changes } = settings
  return {
    ...{ goal, criticality, windows: changes.windows.length > 0 ? [changes.windows.map(changeWindow)] : [] },
    canary: canary && canaryRules(canary),
    policy: { ...DEFAULT_POLICY, bounds, limits, sizeBestEffort },
  }
}

/** Of this program. */
export function version(): string {
  return JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8')).version
}
