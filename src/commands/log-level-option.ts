import { Option } from 'commander'
import type { LogLevel } from '../telemetry/index.ts'

// Not in `telemetry`: whoever only asks for help would wait for its logger and metrics to load.
export const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'silent']

/** `--log-level`, for the commands that log. */
export function logLevelOption(): Option {
  return new Option('--log-level <level>', 'what to log').choices(LOG_LEVELS).default('info' satisfies LogLevel)
}
