import type { Operation } from './apply.ts'
import type { ErrorCode } from './errors.ts'

/** `admission.k8s.io/v1` as kube-apiserver sends it; what is optional there is optional here. */
export interface AdmissionRequest {
  /** Differs on every call, also for the same Pod; the response repeats it. */
  readonly uid: string
  readonly kind: GroupVersionKind
  readonly resource?: { readonly group: string; readonly version: string; readonly resource: string }
  readonly subResource?: string
  readonly requestKind?: GroupVersionKind
  readonly name?: string
  readonly namespace?: string
  readonly operation: string
  /** For what reaches `Admit`: the JSON object of a Pod, not validated any further. */
  readonly object?: unknown
  readonly oldObject?: unknown
  readonly dryRun?: boolean
}

export interface GroupVersionKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

/** `admission.k8s.io/v1`, but for the one thing that Plimsoll never says: no. */
export interface AdmissionResponse {
  readonly uid: string
  readonly allowed: true
  readonly patchType?: 'JSONPatch'
  /** Base64 of the JSON patch. */
  readonly patch?: string
  /** Keys without a slash: the API server puts the webhook's name before them. */
  readonly auditAnnotations: Readonly<Record<string, string>>
}

/** The mode of the namespace: each has its own webhook entry and path, as a review carries no namespace labels. */
export type AdmissionMode = 'auto' | 'approve'

/** Decides on the creation of one Pod: no I/O, no waiting. When it throws, the Pod is allowed untouched. */
export type Admit = (request: AdmissionRequest, mode: AdmissionMode) => AdmissionResponse

/** What a response says besides its verdict. */
export interface Remarks {
  /** Reason codes: in the audit annotation `reasons`, and counted by code. From a fixed table, never free text. */
  readonly reasons: readonly string[]
  readonly auditAnnotations?: Readonly<Record<string, string>>
}

type Addressed = Pick<AdmissionRequest, 'uid'>

/** The Pod goes in as its author wrote it. */
export function allowed({ uid }: Addressed, { reasons, auditAnnotations }: Remarks): AdmissionResponse {
  return { uid, allowed: true, auditAnnotations: { ...auditAnnotations, reasons: reasons.join(',') } }
}

/** The Pod goes in with the operations applied; without any, as it was written. */
export function patched(to: Addressed, operations: readonly Operation[], remarks: Remarks): AdmissionResponse {
  if (operations.length === 0) return allowed(to, remarks)
  const patch = Buffer.from(JSON.stringify(operations)).toString('base64')
  return { ...allowed(to, remarks), patchType: 'JSONPatch', patch }
}

/** Something failed: the Pod goes in as its author wrote it, and the audit annotation `error` says why. */
export function errored({ uid }: Addressed, code: ErrorCode): AdmissionResponse {
  return { uid, allowed: true, auditAnnotations: { error: code } }
}

export type Outcome = 'patched' | 'skipped' | 'failed_open'

/** What came of a request, in one word, for metrics and logs. */
export function outcomeOf({ patch, auditAnnotations }: AdmissionResponse): Outcome {
  if (auditAnnotations.error) return 'failed_open'
  return patch === undefined ? 'skipped' : 'patched'
}

/** The reason codes that a response was made with. */
export function reasonsOf({ auditAnnotations }: AdmissionResponse): readonly string[] {
  return auditAnnotations.reasons ? auditAnnotations.reasons.split(',') : []
}

/** The whole answer, as JSON. */
export function renderReview(response: AdmissionResponse): string {
  return JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response })
}
