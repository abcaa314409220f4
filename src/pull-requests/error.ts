/** Pull requests cannot be made. The message says why, and what to do; it never contains a token. */
export class PullRequestError extends Error {
  override readonly name = 'PullRequestError'
}
