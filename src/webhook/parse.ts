import { isUtf8 } from 'node:buffer'
import { isObject } from '../resources/index.ts'
import { type ErrorCode, WebhookError } from './errors.ts'
import type { AdmissionRequest, GroupVersionKind } from './review.ts'

const MAX_DEPTH = 128
/** Bytes that contain everything up to `request.uid` in a review as kube-apiserver writes it (76 bytes). */
const HEAD_BYTES = 256
/** Size up to which nesting is not counted: a body this small cannot nest deeply enough to cost more than a few megabytes. */
const SHALLOW_BYTES = 64 * 1024
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
  const review = parseJson(body)
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

function parseJson(body: Buffer): unknown {
  if (body.length === 0) throw new WebhookError('BodyEmpty')
  if (!isUtf8(body)) throw new WebhookError('NotUtf8')
  // JSON.parse takes any depth, at 80 bytes and 150 ns a level: seconds, and all of a small heap, for 4 MiB of "[".
  if (body.length > SHALLOW_BYTES && isDeeperThan(MAX_DEPTH, body)) throw new WebhookError('TooDeep')
  try {
    return JSON.parse(body.toString())
  } catch (error) {
    // The parser's own message quotes the body, which may hold secrets.
    throw new WebhookError('NotJson', /at position \d+/.exec(String(error))?.[0])
  }
}

/** Whether brackets outside of strings ever nest deeper than `limit`. */
function isDeeperThan(limit: number, json: Buffer): boolean {
  let depth = 0
  let inString = false
  // Stryker disable next-line EqualityOperator: what follows the last byte is undefined, and neither bracket nor quote
  for (let i = 0; i < json.length; i++) {
    const byte = json[i]
    if (inString) {
      if (byte === BACKSLASH) i++
      else if (byte === QUOTE) inString = false
    } else if (byte === QUOTE) inString = true
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      if (++depth > limit) return true
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth--
  }
  return false
}

const [QUOTE, BACKSLASH, OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = Buffer.from('"\\{}[]')

function isGroupVersionKind(value: unknown): value is GroupVersionKind {
  return (
    isObject(value) &&
    typeof value.group === 'string' &&
    typeof value.version === 'string' &&
    typeof value.kind === 'string'
  )
}
