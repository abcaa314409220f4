import { json, Router } from 'express'
import { z } from 'zod'
import { type Guard, sessionOf, viewerOf } from '../door/guard.ts'
import { Refusal } from '../refusal.ts'
import type { Session } from '../sign-in/sessions.ts'
import type { Viewer } from '../sign-in/viewer.ts'
import type { ClusterLink, SessionAnswer } from '../wire.ts'

const SignInRequest = z.strictObject({ secret: z.string().min(1).max(20_000) })
const MAX_BODY = '32kb'

export interface SessionFacts {
  readonly version: string
  readonly readOnly?: string | undefined
  readonly clusters?: readonly ClusterLink[] | undefined
}

/** Routes to sign in, to ask who is signed in, and to sign out. */
export function sessionRoutes(guard: Guard, { version, readOnly, clusters }: SessionFacts): Router {
  const answer = ({ name }: Viewer, session: Session | undefined): SessionAnswer => {
    return {
      ...{ name, way: guard.way, csrf: session?.csrf ?? '', version },
      ...(readOnly !== undefined && { readOnly }),
      ...(clusters && { clusters }),
    }
  }
  const router = Router()
  router.get('/session', guard.signedIn, (_request, response) => {
    response.json(answer(viewerOf(response), sessionOf(response)))
  })
  router.post('/session', json({ limit: MAX_BODY, inflate: false }), async (request, response) => {
    if (!request.is('application/json')) throw new Refusal('NotJson')
    const asked = SignInRequest.safeParse(request.body)
    if (!asked.success) throw new Refusal('Malformed', 'expected {"secret": "…"}: the token')
    const { viewer, session } = await guard.begin(asked.data.secret.trim(), request, response)
    response.json(answer(viewer, session))
  })
  router.delete('/session', guard.signedIn, (request, response) => {
    guard.end(request, response)
    response.status(204).end()
  })
  return router
}
