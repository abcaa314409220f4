import { KubeError } from '../kube/index.ts'
import type { ReasonCode } from '../policy/index.ts'

/** Why the API server refused a step. */
export type Refusal =
  /** The Pod has changed since it was read: look again. */
  | { readonly kind: 'conflict' }
  | { readonly kind: 'gone' }
  /** The server has no `pods/resize`, or this account may not use it: no resize can succeed. */
  | { readonly kind: 'unable'; readonly why: 'NotServed' | 'Forbidden'; readonly message: string }
  /** It cannot succeed now (`HeldByQuota`), or not until something changes (`ResizeRefused`). */
  | { readonly kind: 'refused'; readonly reason: ReasonCode; readonly message: string }

/**
 * Reads an answer of the API server to a resize.
 *
 * @throws the error itself if the server did not decide on the resize, such as an overload or a broken connection
 */
export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof KubeError)) throw error
  const { status, reason, message } = error
  if (status === 409) return { kind: 'conflict' }
  if (status === 404) return reason === 'NotServed' ? { kind: 'unable', why: 'NotServed', message } : { kind: 'gone' }
  // RBAC, quotas and the check against the node's allocatable amounts all answer 403.
  if (status === 403 && /cannot patch resource/.test(message)) return { kind: 'unable', why: 'Forbidden', message }
  if (status === 403 && /exceeded quota/.test(message)) return { kind: 'refused', reason: 'HeldByQuota', message }
  if (status === 403 || status === 422 || status === 400) return { kind: 'refused', reason: 'ResizeRefused', message }
  throw error
}
