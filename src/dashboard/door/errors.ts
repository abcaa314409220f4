import type { ErrorRequestHandler } from 'express'
import { ActionError } from '../../actions/index.ts'
import { KubeError } from '../../kube/index.ts'
import type { Logger } from '../../telemetry/index.ts'
import { Refusal, type RefusalCode } from '../refusal.ts'
import type { RefusalAnswer } from '../wire.ts'
import { refusalOf } from './guard.ts'

/** Refusals by the `type` of body-parser's errors. */
const OF_BODIES: Readonly<Record<string, RefusalCode>> = {
  'entity.too.large': 'TooLarge',
  'entity.parse.failed': 'Malformed',
  'charset.unsupported': 'NotJson',
  'encoding.unsupported': 'NotJson',
  'request.aborted': 'Malformed',
}

/**
 * Answers a failed request with what was wrong and what to do. Unexpected errors are logged, and their details are not
 * sent.
 */
export function answerErrors(logger: Logger, way: 'link' | 'token'): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const refusal = toRefusal(error)
    if (refusal.code === 'Broken') logger.error({ error, path: request.path }, 'a request failed')
    else logger.debug({ code: refusal.code, path: request.path }, 'refused')
    if (response.headersSent) {
      response.destroy()
      return
    }
    if (refusal.retryAfterSeconds !== undefined) response.set('retry-after', String(refusal.retryAfterSeconds))
    const answer: RefusalAnswer = { error: { code: refusal.code, says: refusal.message, way } }
    response.status(refusal.status).json(answer)
  }
}

function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof KubeError) return refusalOf(error)
  if (error instanceof ActionError) return new Refusal('Refused', error.message, { cause: error })
  const { type = '', status = 0 } = (error ?? {}) as { readonly type?: string; readonly status?: number }
  const code = Object.hasOwn(OF_BODIES, type) ? OF_BODIES[type] : undefined
  if (code) return new Refusal(code)
  // What is wrong with a request is nothing that broke here.
  if (status >= 400 && status < 500) return new Refusal('Malformed', undefined, { cause: error })
  return error instanceof URIError ? new Refusal('NotFound') : new Refusal('Broken', undefined, { cause: error })
}
