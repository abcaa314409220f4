/** Names of the errors whose message says everything that a person needs: what was wrong, where, and what to do. */
const FOR_PEOPLE = new Set([
  'ActionError',
  'CommandError',
  'ConfigError',
  'HistoryError',
  'LoadError',
  'ManifestError',
  'PullRequestError',
  'ReaderError',
  'RequestError',
  'WebhookError',
])

/** A command cannot continue. The message says why, and what to do. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}

/** Text to print when a command fails: the message if it was written for people, or else the stack trace. */
export function describeFailure(error: unknown): string {
  if (error instanceof Error && FOR_PEOPLE.has(error.name)) return `plimsoll: ${error.message}`
  const details = error instanceof Error ? error.stack : String(error)
  return `plimsoll: unexpected error; please report it with the text below.\n${details}`
}
