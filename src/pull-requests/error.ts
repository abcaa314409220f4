/** Pull requests cannot be made. The message says why, and what to do; it never contains a token. */
export class PullRequestError extends Error {
  override readonly name = 'PullRequestError'
}

/** The whole run must end, because every further request would fail too: the rate is limited, or too much was asked. */
export class EndOfRunError extends PullRequestError {}
