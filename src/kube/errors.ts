import { z } from 'zod'

/**
 * Reasons for failures without an answer from the API server, with what to do. In all other cases, `reason` is the
 * server's.
 */
const OWN_REASONS = {
  Unreachable:
    'Check that the API server runs and that nothing (firewall, NetworkPolicy, proxy) keeps Plimsoll from it.',
  Untrusted: 'Check the certificate authority of the cluster: the kubeconfig, or ca.crt of the service account.',
  TimedOut: 'The API server is overloaded, or something between it and Plimsoll drops packets.',
  TooLarge: 'Plimsoll refuses to hold so much in memory. Ask for smaller pages, or look for an object that has grown.',
  Malformed: 'This is not an answer of a Kubernetes API server: check the address, and proxies in between.',
  NoSuchColumn:
    'The CustomResourceDefinition is older than this program: install the one of this version. Until then whole objects are read.',
  WatchEnded: 'The API server may be restarting, or overloaded: its log says.',
  NotServed:
    'The API server knows nothing of this kind: what brings it (a CustomResourceDefinition, an aggregated API) is not installed.',
  NoCredentials: 'Check the kubeconfig or the service account: `kubectl auth whoami` shows whether it can sign in.',
} as const satisfies Readonly<Record<string, string>>

/** What an operator can do, by HTTP status. The API server's message says the rest. */
const ACTIONS: Readonly<Record<number, string>> = {
  401: 'The credentials are expired or revoked. Plimsoll reads them again before each attempt.',
  403: 'Grant it to this account: the chart has the rules that Plimsoll needs.',
  404: 'Check the name and the namespace.',
  429: 'The API server sheds load: see its priority-and-fairness settings.',
}

/** What to do where nothing serves the metrics API: no CustomResourceDefinition would bring it. */
const NO_METRICS = 'Neither metrics-server nor another program that serves metrics.k8s.io is installed.'

/** Longest message in characters, more than any useful message has: an API server quotes whole invalid values. */
const MAX_MESSAGE = 1_000

interface KubeErrorOptions extends ErrorOptions {
  readonly status?: number
  readonly retryAfterMilliseconds?: number | undefined
  /** Machine-readable causes within `reason`, such as `ResourceVersionTooLarge`. */
  readonly causes?: readonly string[]
  /** What to do, if it is not what the reason or the status suggests. */
  readonly act?: string
}

/** A request to the Kubernetes API that failed; the message says what was asked, what came back and what to do. */
export class KubeError extends Error {
  override readonly name = 'KubeError'
  /** One of OWN_REASONS, or the API server's (`Conflict`, `Forbidden`, `Expired`, …). */
  readonly reason: string
  /** HTTP status; undefined if there was no answer. */
  readonly status: number | undefined
  /** How long the server asks clients to wait; undefined if it does not. */
  readonly retryAfterMilliseconds: number | undefined
  readonly causes: readonly string[]

  constructor(reason: string, what: string, options: KubeErrorOptions = {}) {
    const { status, retryAfterMilliseconds, causes = [] } = options
    const own = Object.hasOwn(OWN_REASONS, reason) ? OWN_REASONS[reason as keyof typeof OWN_REASONS] : ''
    super(sentences(what, options.act ?? (own || (ACTIONS[status ?? 0] ?? ''))), options)
    this.reason = reason
    this.status = status
    this.retryAfterMilliseconds = retryAfterMilliseconds
    this.causes = causes
  }
}

/** For `catch`: turns a 404 into undefined, and rethrows every other error. */
export function unlessMissing(error: unknown): undefined {
  if (error instanceof KubeError && error.status === 404) return undefined
  throw error
}

/** The error of an answer that is not a success: a `Status`, or the text that a proxy in between sent. */
export function errorOfAnswer(
  asked: string,
  answer: { status: number; text: string; retryAfter?: string | undefined },
): KubeError {
  const status = parseStatus(answer.text)
  const { message = answer.text } = status ?? {}
  // Where an object is missing, the API server names it.
  const isServed = answer.status !== 404 || status?.details?.name !== undefined
  const reason = isServed ? status?.reason || `HTTP${answer.status}` : 'NotServed'
  const isMetrics = !isServed && asked.includes('/apis/metrics.k8s.io/')
  const seconds = Number(answer.retryAfter ?? status?.details?.retryAfterSeconds)
  return new KubeError(reason, `${asked}: ${answer.status} ${reason}: ${message || '(no message)'}`, {
    status: answer.status,
    ...(isMetrics && { act: NO_METRICS }),
    ...(seconds > 0 && { retryAfterMilliseconds: seconds * 1000 }),
    causes: (status?.details?.causes ?? []).map((cause) => String(cause.reason)),
  })
}

/** The error of a request that got no answer, or whose answer broke off. */
export function errorOfConnection(asked: string, error: unknown): KubeError {
  if (error instanceof KubeError) return error
  const { code = '', message = String(error) } = error as NodeJS.ErrnoException
  const untrusted = /CERT|SIGNATURE|ISSUER|ERR_TLS/.test(code)
  // The message of a TLS error quotes certificates' names, never keys; several addresses give an error without one.
  const what = message || code || 'the connection failed'
  return new KubeError(untrusted ? 'Untrusted' : 'Unreachable', `${asked}: ${what}`, { cause: error })
}

const Text = z.string().optional().catch(undefined)
/** `Status` of meta/v1. Something between may have changed it: a field of another type counts as missing. */
const Status = z.object({
  kind: z.literal('Status'),
  reason: Text,
  message: Text,
  details: z
    .object({
      name: Text,
      retryAfterSeconds: z.number().optional().catch(undefined),
      causes: z
        .array(z.object({ reason: Text }).catch({ reason: undefined }))
        .optional()
        .catch(undefined),
    })
    .nullish()
    .catch(undefined),
})

function parseStatus(text: string): z.infer<typeof Status> | undefined {
  try {
    return Status.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

function sentences(what: string, act: string): string {
  const cut = what.length > MAX_MESSAGE ? `${what.slice(0, MAX_MESSAGE)}…` : what.trim()
  return act ? `${cut.replace(/[.\s]+$/, '')}. ${act}` : cut
}
