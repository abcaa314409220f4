import { isUtf8 } from 'node:buffer'
import { parseJson, TooDeepError } from '../parsing/index.ts'
import { isObject } from '../resources/index.ts'
import { type ErrorCode, WebhookError } from './errors.ts'
import type { AdmissionRequest, GroupVersionKind } from './review.ts'

/** Bytes that contain everything up to `request.uid` in a review as kube-apiserver writes it (76 bytes). */
const HEAD_BYTES = 256
const MAX_UID_LENGTH = 128
const REVIEW = 'AdmissionReview'
const VERSION = 'admission.k8s.io/v1'
/** Start of a review. Go writes the fields of a struct in their order: kind, apiVersion, and the uid first in the request. */
const HEAD = /^{"kind":"AdmissionReview","apiVersion":"admission\.k8s\.io\/v1","request":{"uid":"([\w-]{1,128})"/

/**
 * Parses an AdmissionReview and returns its request. Only the envelope is checked, not the object.
 * @throws WebhookError with a separate code for each reason why it is not a review
 */
export function parseReview(body: Buffer): AdmissionRequest {
  const review = parseBody(body)
  if (!isObject(review) || review.kind !== REVIEW) throw new WebhookError('NotAReview')
  if (review.apiVersion !== VERSION) throw new WebhookError('UnsupportedVersion')
  const { request } = review
  if (!isObject(request)) throw new WebhookError('RequestMissing')
  const { uid, kind, operation } = request
  if (typeof uid !== 'string' || uid === '' || uid.length > MAX_UID_LENGTH) throw new WebhookError('UidMissing')
  if (!isGroupVersionKind(kind) || typeof operation !== 'string') throw new WebhookError('RequestMalformed')
  return request as object as AdmissionRequest
}

/** Why a request needs no decision; undefined for the creation of a Pod. */
export function reasonToLeaveAlone({ kind, subResource, operation, object }: AdmissionRequest): ErrorCode | undefined {
  if (kind.kind !== 'Pod' || kind.group !== '' || kind.version !== 'v1') return 'NotAPod'
  if (operation !== 'CREATE' || subResource) return 'NotACreation'
  return isObject(object) ? undefined : 'ObjectMissing'
}

/** Reads the uid of a review that will not be parsed from its first bytes; undefined if they are not as kube-apiserver writes them. */
export function uidFromHead(head: Buffer): string | undefined {
  return HEAD.exec(head.subarray(0, HEAD_BYTES).toString())?.[1]
}

function parseBody(body: Buffer): unknown {
  if (body.length === 0) throw new WebhookError('BodyEmpty')
  if (!isUtf8(body)) throw new WebhookError('NotUtf8')
  try {
    return parseJson(body)
  } catch (error) {
    if (error instanceof TooDeepError) throw new WebhookError('TooDeep')
    // The parser's own message quotes the body, which may hold secrets.
    throw new WebhookError('NotJson', /at position \d+/.exec(String(error))?.[0])
  }
}

function isGroupVersionKind(value: unknown): value is GroupVersionKind {
  return (
    isObject(value) &&
    typeof value.group === 'string' &&
    typeof value.version === 'string' &&
    typeof value.kind === 'string'
  )
}
