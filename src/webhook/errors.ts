/**
 * Table of all errors between the socket and the decision, and of all requests that are left unchanged before a decision is made.
 * `status` is the HTTP status if the request is refused. Codes are stable, because people alert on them.
 */
export const ERRORS = {
  NotFound: {
    status: 404,
    says: 'nothing is served at this path',
    act: 'Send AdmissionReviews to POST /mutate/auto or POST /mutate/approve.',
  },
  MethodNotAllowed: {
    status: 405,
    says: 'this path accepts only POST',
    act: 'Send the AdmissionReview as the body of a POST.',
  },
  UnsupportedMediaType: {
    status: 415,
    says: 'the body must be application/json in UTF-8',
    act: 'Send the header "content-type: application/json".',
  },
  CompressedBody: {
    status: 415,
    says: 'compressed bodies are not accepted',
    act: 'Send the body as it is, without content-encoding.',
  },
  BodyEmpty: {
    status: 400,
    says: 'the body is empty',
    act: 'Send an AdmissionReview of admission.k8s.io/v1.',
  },
  BodyTooLarge: {
    status: 413,
    says: 'the body is larger than 4 MiB',
    act: 'Send less: the API server itself accepts no object above 3 MiB.',
  },
  NotUtf8: {
    status: 400,
    says: 'the body is not UTF-8',
    act: 'Send JSON in UTF-8.',
  },
  NotJson: {
    status: 400,
    says: 'the body is not JSON, or was cut off',
    act: 'Check it with a JSON parser.',
  },
  TooDeep: {
    status: 400,
    says: 'the body is nested more than 128 levels deep',
    act: 'Send a Kubernetes object: none is nested this deep.',
  },
  NotAReview: {
    status: 400,
    says: 'the body is not an AdmissionReview',
    act: 'Send an object of kind AdmissionReview, apiVersion admission.k8s.io/v1.',
  },
  UnsupportedVersion: {
    status: 400,
    says: 'only AdmissionReviews of admission.k8s.io/v1 are accepted',
    act: 'Set admissionReviewVersions: ["v1"] in the MutatingWebhookConfiguration.',
  },
  RequestMissing: {
    status: 400,
    says: 'the AdmissionReview has no request',
    act: 'Send a review as kube-apiserver does, with request.uid, request.kind and request.object.',
  },
  UidMissing: {
    status: 400,
    says: 'request.uid must be a string of 1 to 128 characters',
    act: 'Set request.uid: the answer repeats it.',
  },
  RequestMalformed: {
    status: 400,
    says: 'request.kind must have a group, a version and a kind, and request.operation must be a string',
    act: 'Send a review as kube-apiserver does.',
  },
  BadRequest: {
    status: 400,
    says: 'this is not an HTTP/1.1 request',
    act: 'Speak HTTP/1.1 over TLS.',
  },
  RequestTimeout: {
    status: 408,
    says: 'the request took too long to arrive',
    act: 'Send headers and body without pauses.',
  },
  HeadersTooLarge: {
    status: 431,
    says: 'the headers are larger than 16 KiB',
    act: 'Send fewer or shorter headers.',
  },
  InternalError: {
    status: 500,
    says: 'Plimsoll failed on this request; a review is still allowed, without a patch',
    act: "See the webhook's log for the cause and report it.",
  },
  Overloaded: {
    status: 503,
    says: 'too many requests at once; a review is still allowed, without a patch',
    act: 'Run more replicas, or give the webhook more CPU.',
  },
  CallerWithoutKey: {
    status: 200,
    says: 'the path of the review does not contain the key, so the caller may not be the API server; the Pod is left unchanged',
    act: 'Compare the paths in the MutatingWebhookConfiguration with docs/guides/security.md, or run plimsoll doctor.',
  },
  CallerWithoutCertificate: {
    status: 200,
    says: 'the review did not come with the client certificate that --client-ca asks for; the Pod is left unchanged',
    act: "Check the API server's AdmissionConfiguration and its kubeconfig, as docs/guides/security.md says.",
  },
  NotAPod: {
    status: 200,
    says: 'this is not a Pod, so it is left unchanged',
    act: 'Change the rules of the MutatingWebhookConfiguration so that they match only Pods.',
  },
  NotACreation: {
    status: 200,
    says: 'this is not the creation of a Pod, so it is left unchanged',
    act: 'Change the rules of the MutatingWebhookConfiguration so that they match only CREATE of pods.',
  },
  ObjectMissing: {
    status: 200,
    says: 'request.object is not an object, so there is nothing to size',
    act: 'Send the Pod in request.object.',
  },
  PortInUse: {
    says: 'the port is in use by another process',
    act: 'Stop that process or choose another port.',
  },
  AddressNotAllowed: {
    says: 'this user may not listen on this port',
    act: 'Choose a port above 1023.',
  },
  AddressUnavailable: {
    says: 'this machine does not have that address',
    act: 'Choose an address of this machine: 127.0.0.1 for local use, 0.0.0.0 or :: for all.',
  },
} as const satisfies Readonly<Record<string, { status?: number; says: string; act: string }>>

export type ErrorCode = keyof typeof ERRORS

/** An error from the table, with its place or subject. The message is safe to print and to send. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError'
  readonly code: ErrorCode

  constructor(code: ErrorCode, where?: string, options?: ErrorOptions) {
    const { says, act } = ERRORS[code]
    super(`${where ? `${where}: ` : ''}${says}. ${act}`, options)
    this.code = code
  }
}

/**
 * Body of the answer to a refused request. It is a `Status`, because kube-apiserver decodes one from a failed call and prints its
 * message, but drops any other JSON ("did not return more information").
 */
export function statusBody({ code, message }: WebhookError): string {
  return JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `Plimsoll: ${message}`,
    reason: code,
    code: statusOf(code),
  })
}

/** HTTP status of a refusal; 500 for errors that do not answer a request. */
export function statusOf(code: ErrorCode): number {
  const entry = ERRORS[code]
  return 'status' in entry ? entry.status : 500
}
