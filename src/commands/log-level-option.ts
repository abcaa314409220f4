import { Option } from 'commander'
import type { LogLevel } from '../telemetry/index.ts'

// This is not in `telemetry`, because `--help` would then wait until its logger and metrics are loaded.
export const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'silent']

/** Option `--log-level` of the commands that log. */
export function logLevelOption(): Option {
  return new Option('--log-level <level>', 'what to log').choices(LOG_LEVELS).default('info' satisfies LogLevel)
}
