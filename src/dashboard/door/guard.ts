import type { Request, RequestHandler, Response } from 'express'
import type { KubeError } from '../../kube/index.ts'
import { Refusal } from '../refusal.ts'
import type { Attempts, Origin } from '../sign-in/attempts.ts'
import { dropSession, keepSession, sessionIdOf } from '../sign-in/cookie.ts'
import { isSame } from '../sign-in/secret.ts'
import type { Session, Sessions } from '../sign-in/sessions.ts'
import type { Admission, SignIn, Viewer } from '../sign-in/viewer.ts'

const CSRF_HEADER = 'x-plimsoll-csrf'
const SAFE = new Set(['GET', 'HEAD'])

export interface GuardOptions {
  readonly signIn: SignIn
  readonly sessions: Sessions
  readonly attempts: Attempts
}

/**
 * Checks who sends a request: a person who is signed in by a session cookie, or a program that sends a bearer token
 * with each request.
 */
export class Guard {
  readonly #options: GuardOptions

  constructor(options: GuardOptions) {
    this.#options = options
  }

  get way(): SignIn['way'] {
    return this.#options.signIn.way
  }

  /**
   * Passes a request on only if its sender is signed in. A request that changes something must carry the CSRF token of
   * the session.
   */
  readonly signedIn: RequestHandler = async (request, response, next) => {
    const bearer = this.#bearerOf(request)
    if (bearer !== undefined) {
      response.locals.viewer = await this.#admit(bearer, request)
      return next()
    }
    const id = sessionIdOf(request)
    const session = id === undefined ? undefined : this.#options.sessions.find(id)
    if (!session) throw new Refusal('SignedOut')
    const viewer = await session.admission()
    if (!viewer) {
      this.#options.sessions.end(id!)
      throw new Refusal('SignedOut')
    }
    if (!SAFE.has(request.method) && !isSame(request.get(CSRF_HEADER) ?? '', session.csrf))
      throw new Refusal('WrongToken')
    Object.assign(response.locals, { viewer, session })
    next()
  }

  /**
   * Signs in with a secret and starts a session.
   *
   * @throws Refusal if the secret is not accepted, or too many attempts have failed
   */
  async begin(secret: string, request: Request, response: Response): Promise<{ viewer: Viewer; session: Session }> {
    const { signIn, sessions } = this.#options
    const accepted = await this.#attempt(secret, request)
    if (!accepted) throw new Refusal('WrongSecret', NOT_ACCEPTED[signIn.way])
    const { viewer, admission } = accepted
    const { id, session } = sessions.begin(viewer.name, admission)
    keepSession(request, response, id)
    return { viewer, session }
  }

  end(request: Request, response: Response): void {
    const id = sessionIdOf(request)
    if (id !== undefined) this.#options.sessions.end(id)
    dropSession(request, response)
  }

  async #admit(token: string, request: Request): Promise<Viewer> {
    // A known person does not use up an attempt, so failures of others at the same address do not lock them out.
    const viewer = this.#options.signIn.known?.(token) ?? (await this.#attempt(token, request))?.viewer
    if (!viewer) throw new Refusal('SignedOut', NOT_ACCEPTED.token)
    return viewer
  }

  /** Asks whose secret this is; undefined if it is not accepted. Only then the attempt counts. @throws Refusal */
  async #attempt(secret: string, request: Request): Promise<{ viewer: Viewer; admission: Admission } | undefined> {
    const takeBack = this.#options.attempts.begin(originOf(request))
    try {
      const admission = await this.#options.signIn.begin(secret)
      const viewer = await admission?.()
      if (!admission || !viewer) return undefined
      takeBack()
      return { viewer, admission }
    } catch (error) {
      takeBack()
      throw error
    }
  }

  /**
   * Bearer token of a request, where people sign in by token. The secret of a link is no bearer token: it works once,
   * for a browser.
   */
  #bearerOf({ headers }: Request): string | undefined {
    return this.way === 'token' ? /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1] : undefined
  }
}

const NOT_ACCEPTED = {
  link: 'this link has been used already, or belongs to another dashboard: open the newest link in the terminal',
  token: 'the API server does not accept this token: it may have expired. Get another: kubectl create token <account>',
} as const

/** The person who is signed in; use it behind `Guard.signedIn`. */
export function viewerOf(response: Response): Viewer {
  return response.locals.viewer as Viewer
}

export function sessionOf(response: Response): Session | undefined {
  return response.locals.session as Session | undefined
}

/** A proxy appends the address of its client to the header; anything before that is only claimed by the client. */
function originOf(request: Request): Origin {
  const forwarded = request.get('x-forwarded-for') ?? ''
  return { peer: request.socket.remoteAddress ?? '', client: forwarded.slice(forwarded.lastIndexOf(',') + 1).trim() }
}

/** Converts an error of the API server into a refusal. */
export function refusalOf(error: KubeError): Refusal {
  if (error.status === 401) return new Refusal('SignedOut', undefined, { cause: error })
  if (error.status === 403 || error.status === 422 || error.status === 409)
    return new Refusal('Forbidden', error.message, { cause: error })
  return new Refusal('Unavailable', error.message, { cause: error })
}
