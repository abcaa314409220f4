/** All refusals of the dashboard: HTTP status, and a message with what to do. */
const REFUSALS = {
  SignedOut: { status: 401, says: 'you are not signed in, or your session has ended: sign in again' },
  WrongSecret: { status: 401, says: 'the link or token is not valid' },
  ForeignHost: { status: 421, says: 'wrong address: open the dashboard under the address that it printed' },
  ForeignOrigin: { status: 403, says: 'refused: the request came from another site' },
  WrongToken: { status: 403, says: 'the page is out of date: load it again' },
  NotFound: { status: 404, says: 'not found, or you may not see it' },
  NotAllowed: { status: 405, says: 'this method is not allowed here' },
  NotJson: { status: 415, says: 'expected JSON (content-type: application/json)' },
  TooLarge: { status: 413, says: 'the request is too large' },
  Malformed: { status: 400, says: 'the request is invalid' },
  Refused: { status: 422, says: 'this cannot be done' },
  Forbidden: { status: 403, says: 'the API server refused it' },
  TooManyFailures: { status: 429, says: 'too many attempts failed' },
  Busy: { status: 503, says: 'too many requests: try again in a moment' },
  Unavailable: { status: 503, says: 'not available at the moment: try again later' },
  Broken: { status: 500, says: 'unexpected error: see the log of the dashboard' },
} as const satisfies Readonly<Record<string, { status: number; says: string }>>

export type RefusalCode = keyof typeof REFUSALS

/** A request is refused. The message is for the person who sent it, and contains no secret. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: RefusalCode
  readonly retryAfterSeconds: number | undefined

  /** @param says message that replaces that of the table */
  constructor(code: RefusalCode, says?: string, options: ErrorOptions & { readonly retryAfterSeconds?: number } = {}) {
    super(says ?? REFUSALS[code].says, options)
    this.code = code
    this.retryAfterSeconds = options.retryAfterSeconds
  }

  get status(): number {
    return REFUSALS[this.code].status
  }
}
