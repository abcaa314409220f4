import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ReasonCode } from '../policy/index.ts'
import type { Logger, Metrics } from '../telemetry/index.ts'
import type { Body, Intake } from './body.ts'
import type { Stranger, Strangers } from './callers.ts'
import { type ErrorCode, WebhookError } from './errors.ts'
import { parseReview, reasonToLeaveAlone, uidFromHead } from './parse.ts'
import { refuse, reply } from './reply.ts'
import {
  type AdmissionMode,
  type AdmissionRequest,
  type AdmissionResponse,
  type Admit,
  allowed,
  errored,
  outcomeOf,
  reasonsOf,
  renderReview,
} from './review.ts'

export interface MutateDependencies {
  readonly admit: Admit
  readonly intake: Intake
  readonly strangers: Pick<Strangers, 'count'>
  readonly metrics: Metrics
  readonly logger: Logger
}

const BOOSTED = 'BoostedForStartup' satisfies ReasonCode

/** Errors after which a review is still allowed. Their metrics start at 0, so that the first one shows as an increase. */
const FAIL_OPEN: readonly ErrorCode[] = ['InternalError', 'Overloaded', 'BodyTooLarge', 'TooDeep']

/**
 * Handles an admission request, from its headers to the answer. A review of a Pod is always allowed; what is not a review is
 * refused with a coded error, which the API server's `failurePolicy: Ignore` also lets pass. The answer to a stranger does not depend
 * on any workload.
 */
export function mutate(mode: AdmissionMode, { admit, intake, strangers, metrics, logger }: MutateDependencies) {
  for (const reason of FAIL_OPEN) metrics.admissionFailOpen.inc({ reason }, 0)
  return async (request: IncomingMessage, response: ServerResponse, stranger?: Stranger): Promise<void> => {
    const startedAt = performance.now()
    const finish = (outcome: string) => {
      metrics.countRequest(mode, outcome)
      metrics.admissionDuration.observe((performance.now() - startedAt) / 1000)
    }
    if (stranger) strangers.count(stranger)
    try {
      checkHeaders(request)
      const body = await intake.collect(request)
      if (body === undefined) {
        metrics.countRequest(mode, 'aborted')
        return
      }
      const answer = answerTo(body, stranger)
      reply(response, 200, renderReview(answer))
      count(answer)
      finish(outcomeOf(answer))
    } catch (error) {
      const refusal = error instanceof WebhookError ? error : new WebhookError('InternalError')
      if (refusal.code === 'InternalError') logger.error({ error, mode }, 'an admission request failed')
      refuse(response, refusal)
      metrics.countReason(refusal.code)
      finish('refused')
    }
  }

  function answerTo(body: Body, stranger: Stranger | undefined): AdmissionResponse {
    if ('dropped' in body) return answerUnread(body.head, new WebhookError(body.dropped))
    let request: AdmissionRequest
    try {
      request = parseReview(body.bytes)
    } catch (error) {
      if (error instanceof WebhookError && error.code === 'TooDeep') return answerUnread(body.bytes, error)
      throw error
    }
    const reason = stranger ?? reasonToLeaveAlone(request)
    if (reason) return allowed(request, { reasons: [reason] })
    try {
      const answer = admit(request, mode)
      logger.debug({ mode, uid: request.uid, namespace: request.namespace, reasons: reasonsOf(answer) }, 'answered')
      return answer
    } catch (error) {
      logger.error({ error, mode, uid: request.uid, namespace: request.namespace }, 'a Pod was allowed unchanged')
      return errored(request, 'InternalError')
    }
  }

  function count(answer: AdmissionResponse): void {
    const codes = reasonsOf(answer)
    for (const code of codes) metrics.countReason(code)
    if (answer.patch !== undefined && codes.includes(BOOSTED)) metrics.boostsGiven.inc()
    const reason = answer.auditAnnotations.error
    if (reason) metrics.admissionFailOpen.inc({ reason })
  }
}

/**
 * Answers a review that is not parsed: it is allowed if its first bytes contain the uid.
 *
 * @throws WebhookError `refusal` if they do not
 */
function answerUnread(head: Buffer, refusal: WebhookError): AdmissionResponse {
  const uid = uidFromHead(head)
  if (uid === undefined) throw refusal
  return errored({ uid }, refusal.code)
}

function checkHeaders({ headers }: IncomingMessage): void {
  const problem = headerProblem(headers['content-type'], headers['content-encoding'])
  if (problem) throw new WebhookError(problem)
}

const JSON_TYPE = /^application\/json\s*(;\s*charset="?utf-8"?)?$/i

function headerProblem(type: string | undefined, encoding: string | undefined): ErrorCode | undefined {
  if (!type?.match(JSON_TYPE)) return 'UnsupportedMediaType'
  return encoding === undefined || encoding.toLowerCase() === 'identity' ? undefined : 'CompressedBody'
}
