import type { Operation } from './apply.ts'
import type { ErrorCode } from './errors.ts'

/** Request of an AdmissionReview (`admission.k8s.io/v1`) as kube-apiserver sends it; the same fields are optional. */
export interface AdmissionRequest {
  /** Identifies the call: it differs on every call, also for the same Pod, and the response repeats it. */
  readonly uid: string
  readonly kind: GroupVersionKind
  readonly resource?: { readonly group: string; readonly version: string; readonly resource: string }
  readonly subResource?: string
  readonly requestKind?: GroupVersionKind
  readonly name?: string
  readonly namespace?: string
  readonly operation: string
  /** The object under review. For requests that reach `Admit`, it is the JSON object of a Pod, not validated any further. */
  readonly object?: unknown
  readonly oldObject?: unknown
  readonly dryRun?: boolean
}

export interface GroupVersionKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

/** Response of an AdmissionReview (`admission.k8s.io/v1`); `allowed` is always true, because Plimsoll never rejects a Pod. */
export interface AdmissionResponse {
  readonly uid: string
  readonly allowed: true
  readonly patchType?: 'JSONPatch'
  /** Base64 of the JSON patch. */
  readonly patch?: string
  /** Audit annotations; their keys have no slash, because the API server puts the webhook's name before them. */
  readonly auditAnnotations: Readonly<Record<string, string>>
}

/** Mode of the namespace. Each mode has a separate webhook entry and path, because a review contains no namespace labels. */
export type AdmissionMode = 'auto' | 'approve'

/** Decides on the creation of one Pod, without I/O or waiting. If it throws, the Pod is allowed unchanged. */
export type Admit = (request: AdmissionRequest, mode: AdmissionMode) => AdmissionResponse

/** What a response says besides `allowed` and the patch. */
export interface Remarks {
  /** Reason codes from a fixed table, never free text. They are written to the audit annotation `reasons`, and counted by code. */
  readonly reasons: readonly string[]
  readonly auditAnnotations?: Readonly<Record<string, string>>
}

type Addressed = Pick<AdmissionRequest, 'uid'>

/** Response that allows the Pod as its author wrote it. */
export function allowed({ uid }: Addressed, { reasons, auditAnnotations }: Remarks): AdmissionResponse {
  return { uid, allowed: true, auditAnnotations: { ...auditAnnotations, reasons: reasons.join(',') } }
}

/** Response that allows the Pod with the operations applied; if there are none, as its author wrote it. */
export function patched(to: Addressed, operations: readonly Operation[], remarks: Remarks): AdmissionResponse {
  if (operations.length === 0) return allowed(to, remarks)
  const patch = Buffer.from(JSON.stringify(operations)).toString('base64')
  return { ...allowed(to, remarks), patchType: 'JSONPatch', patch }
}

/** The same response to another request. */
export function readdressed(response: AdmissionResponse, { uid }: Addressed): AdmissionResponse {
  return { ...response, uid }
}

/** Response after a failure: the Pod is allowed as its author wrote it, and the audit annotation `error` has the code. */
export function errored({ uid }: Addressed, code: ErrorCode): AdmissionResponse {
  return { uid, allowed: true, auditAnnotations: { error: code } }
}

export type Outcome = 'patched' | 'skipped' | 'failed_open'

/** Outcome of a request in one word, for metrics and logs. */
export function outcomeOf({ patch, auditAnnotations }: AdmissionResponse): Outcome {
  if (auditAnnotations.error) return 'failed_open'
  return patch === undefined ? 'skipped' : 'patched'
}

/** Reason codes of a response; empty if it has none. */
export function reasonsOf({ auditAnnotations }: AdmissionResponse): readonly string[] {
  return auditAnnotations.reasons ? auditAnnotations.reasons.split(',') : []
}

/** Renders the complete AdmissionReview of a response, as JSON. */
export function renderReview(response: AdmissionResponse): string {
  return JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response })
}
