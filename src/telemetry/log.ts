import pino, { type DestinationStream, type Logger } from 'pino'

export type { Logger } from 'pino'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** Names of fields with credentials, at the top of a log line or one level down. Their values are not logged. */
const SECRETS = ['authorization', 'password', 'token', 'secret', 'cookie', 'key', 'tls.key', 'headers']

/** Most bytes that wait to be written. If the reader has stalled, further lines are dropped, so that memory stays bounded. */
const MAX_UNWRITTEN_BYTES = 4 * 1024 * 1024

/**
 * Logger that writes JSON lines to stderr, as log collectors expect them. It writes in the background, so that a slow reader
 * never stops a request; pending lines are flushed when the process ends.
 */
export function createLogger(level: LogLevel, destination: DestinationStream = toStderr()): Logger {
  return pino(
    {
      level,
      // The log collector adds the names of Pod and node.
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

/** An error and its causes, for the log. Only these fields: clients attach whole requests with their credentials to errors. */
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
