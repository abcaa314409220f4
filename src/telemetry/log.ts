import pino, { type DestinationStream, type Logger } from 'pino'

export type { Logger } from 'pino'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** Names under which credentials travel, at the top of a log line or one level down. */
const SECRETS = ['authorization', 'password', 'token', 'secret', 'cookie', 'key', 'tls.key', 'headers']

/** A reader that has stalled costs lines, never memory: beyond this much unwritten, new lines are dropped. */
const MAX_UNWRITTEN_BYTES = 4 * 1024 * 1024

/**
 * JSON lines on stderr, as log collectors take them; written in the background, so that a slow reader never stops a
 * request. What is pending is flushed when the process ends.
 */
export function createLogger(level: LogLevel, destination: DestinationStream = toStderr()): Logger {
  return pino(
    {
      level,
      // Pod name and node are the log collector's to add.
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRETS.flatMap((path) => [quoted(path), `*${quoted(path)}`]), censor: '[redacted]' },
      serializers: { error: describeError },
      errorKey: 'error',
    },
    destination,
  )
}

/** An error and its causes. Only these fields: clients attach whole requests, with their credentials, to errors. */
function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? error.code : undefined
  return {
    type: error.name,
    message: error.message,
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    stack: error.stack,
    ...(error.cause !== undefined && depth < 4 && { cause: describeError(error.cause, depth + 1) }),
  }
}

function toStderr(): DestinationStream {
  return pino.destination({ dest: 2, sync: false, maxLength: MAX_UNWRITTEN_BYTES })
}

function quoted(path: string): string {
  return `["${path}"]`
}
