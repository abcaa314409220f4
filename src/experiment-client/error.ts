/** An option of `try` makes no sense. The message says why, and what is expected. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
}
